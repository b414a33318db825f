import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import { defineCommand } from '../command.ts';

/** bin/attune runs the same script at once, on whatever Node there is; this is for those who start main.js themselves. */
export const command = defineCommand({
  section: 'Start',
  summary: 'prepare this machine: libtorch, a compiler, the engine',
  options: [{ name: '--yes', summary: 'install what is missing without asking' }],
  examples: ['setup', 'setup --yes --json'],
  async run(context) {
    const script = fileURLToPath(new URL('../../../tools/setup.mjs', import.meta.url));
    const flags = ['--told', '--json', ...(context.has('--yes') ? ['--yes'] : [])];
    const child = spawn(process.execPath, [script, ...flags], { stdio: ['inherit', 'pipe', 'inherit'] });
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    await new Promise((resolve) => child.on('close', resolve));
    const document = parseJson(Buffer.concat(pieces).toString()) as { error?: Record<string, unknown> };
    if (document.error !== undefined) throw AttuneError.fromJSON(document.error);
    return document;
  },
});
