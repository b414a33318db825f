/** Checks that are npm programs: types, lint, format, unused files and dependencies. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Check } from './check.ts';

// TypeScript 7 is a native compiler without a library for reading sources; that comes from TypeScript 6. Several
// checkers in parallel would repeat shared work and use half as much processor time again, which other tests need.
export const types = program('types', '../typescript-native/bin/tsc', ['-p', '.', '--checkers', '1']);
export const lint = program('lint', 'oxlint', []);
export const format = program('format', 'oxfmt', ['--check', '.']);
export const unused = program('unused', 'knip', ['--no-progress']);

function program(name: string, command: string, parameters: readonly string[]): Check {
  return {
    name,
    async run(root) {
      const { status, output } = await collect(join(root, 'node_modules/.bin', command), parameters, root);
      if (status === 0) return [];
      const lines = output.split('\n').filter((line) => line.trim() !== '');
      return lines.length > 0 ? lines : [`${command} ended with ${status}`];
    },
  };
}

function collect(
  command: string,
  parameters: readonly string[],
  root: string,
): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? 1, output }));
  });
}
