import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line.ts';

test('a link to itself is a fault of the file, not of attune', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-link-'));
  const path = join(folder, 'loop.csv');
  symlinkSync(path, path);
  let told = '';
  const stderr = { write: (text: string) => (told += text) };
  const code = await runCommandLine(['data', 'inspect', path], {
    stdin: {},
    stdout: { write: () => true },
    stderr,
    env: {},
  });
  rmSync(folder, { recursive: true });
  expect([code, told]).toEqual([1, expect.stringContaining('E_FILE_UNREADABLE')]);
});
