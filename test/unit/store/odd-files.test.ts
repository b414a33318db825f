// A run's folder in which the events are not a regular file.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readJsonLines } from '../../../src/store/json-lines.ts';
import { readRun, RunFolder } from '../../../src/store/run-folder.ts';

it.each(['pipe', 'folder'])('a %s in the place of events holds no run, and nobody waits for it', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-odd-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'events.jsonl');
  if (kind === 'pipe') execFileSync('mkfifo', [path]);
  else mkdirSync(path);
  expect(() => readRun(folder)).toThrow(expect.objectContaining({ code: 'E_RUN_MISSING' }));
  expect([...readJsonLines(path)]).toEqual([]);
  const begin = (resume: boolean) => () => new RunFolder(folder, { resume }).close();
  expect(begin(true)).toThrow(expect.objectContaining({ code: 'E_NOT_WRITABLE' }));
});
