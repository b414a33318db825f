import { execFile } from 'node:child_process';
import { AttuneError } from '../../base/errors.ts';

export interface CommandOptions {
  signal?: AbortSignal;
  environment?: NodeJS.ProcessEnv;
}

/** Runs a program without a shell and without standard input. @returns its standard output */
export function runCommand(
  program: string,
  parameters: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const settings = { maxBuffer: 64 << 20, signal: options.signal, env: { ...process.env, ...options.environment } };
  return new Promise((resolve, reject) => {
    const child = execFile(program, parameters, settings, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (options.signal?.aborted === true) return reject(error);
      return reject(commandFailure(program, parameters, error, stderr));
    });
    child.stdin?.end();
  });
}

function commandFailure(program: string, parameters: readonly string[], error: Error, output: string): AttuneError {
  const lines = output.trim().split('\n').slice(-5).join('\n            ');
  return new AttuneError('E_COMMAND_FAILED', {
    what: `${program} failed`,
    got: lines === '' ? error.message : lines,
    fix: `check its output: ${[program, ...parameters].join(' ')}`,
    cause: error,
  });
}
