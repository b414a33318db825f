import { spawnSync } from 'node:child_process';
import { AttuneError } from '../../../src/base/errors.ts';

const LARGEST_OUTPUT = 1 << 30;

/** Runs a program without a shell and returns its output. On failure the error states the command and its output. */
export function runCommand(program: string, parameters: readonly string[], folder?: string): Buffer {
  const result = spawnSync(program, parameters, {
    cwd: folder,
    maxBuffer: LARGEST_OUTPUT,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status === 0) return result.stdout;
  throw new AttuneError('E_COMMAND_FAILED', {
    what: `${program} ${parameters.join(' ')} failed`,
    got: result.error?.message ?? result.stderr.toString('utf8').trim().slice(-2_000),
    fix: result.error === undefined ? 'check the network and the package name' : `install ${program}`,
    cause: result.error,
  });
}
