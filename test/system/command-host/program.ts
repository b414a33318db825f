/**
 * Runs the command lines that it receives, one after another, with their jobs in the same process: see command-host.ts.
 */
import { Readable } from 'node:stream';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import type { HostedCommand, Outcome } from './command-host.ts';

async function run({ argv, folder, env, input = '' }: HostedCommand): Promise<Outcome> {
  process.chdir(folder);
  Object.defineProperty(process, 'stdin', { value: Readable.from([input]), configurable: true });
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  Object.assign(process.env, env);
  const [stdout, stderr]: string[][] = [[], []];
  const code = await runCommandLine(argv, {
    stdin: {},
    stdout: { write: (text) => stdout.push(text) },
    stderr: { write: (text) => stderr.push(text) },
    env: process.env,
  });
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
}

process.on('message', (command: HostedCommand) => void run(command).then((outcome) => process.send!(outcome)));
process.on('disconnect', () => process.exit());
