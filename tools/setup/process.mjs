/** Child processes of the set-up. They do not inherit standard input: in CI there is none. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Runs a command and collects what it prints.
 * @param {string} command
 * @param {string[]} parameters
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ status: number, output: string }>} output: stdout and stderr in the order they came
 */
export function collect(command, parameters, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ status: 127, output: error.message }));
    child.on('close', (code, signal) =>
      resolve({ status: code ?? 128, output: signal ? `${output}\n${signal}` : output }),
    );
  });
}

/**
 * Runs a command and shows its progress to the user.
 * @param {string} command
 * @param {string[]} parameters
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {number} exit status; 127 if the command does not exist
 */
export function show(command, parameters, options = {}) {
  // Both streams go to stderr: stdout is for the set-up's own result.
  const result = spawnSync(command, parameters, { ...options, stdio: ['ignore', 2, 2] });
  return result.status ?? 127;
}

/**
 * @param {string} command
 * @param {string[]} parameters
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {string | undefined} trimmed stdout, or undefined if the command fails or is missing
 */
export function ask(command, parameters, options = {}) {
  const result = spawnSync(command, parameters, {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
    ...options,
    encoding: 'utf8',
  });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/**
 * @param {string} command
 * @returns {string | undefined} path of the command, from the PATH
 */
export function which(command) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** @returns {'glibc' | 'musl'} the C library of this machine; finding out takes some 50 ms */
export function libcName() {
  return process.report?.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}
