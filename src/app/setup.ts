import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../base/errors.ts';
import { parseJson } from '../files/json.ts';

/** Runs the script that brings what the engine needs. @returns what it found and did @throws AttuneError those of the script */
export async function setUp(options: { yes?: boolean; signal?: AbortSignal }): Promise<Record<string, unknown>> {
  const { yes = false, signal } = options;
  const script = fileURLToPath(new URL('../../tools/setup.mjs', import.meta.url));
  const flags = ['--told', '--json', ...(yes ? ['--yes'] : [])];
  const child = spawn(process.execPath, [script, ...flags], { stdio: ['inherit', 'pipe', 'inherit'] });
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop);
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  await new Promise((resolve) => child.on('close', resolve));
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  const document = parseJson(Buffer.concat(pieces).toString()) as Record<string, unknown> & {
    error?: Record<string, unknown>;
  };
  if (document.error !== undefined) throw AttuneError.fromJSON(document.error);
  return document;
}
