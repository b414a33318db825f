// What a killed set-up leaves behind.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dropAbandoned, temporaryPath } from '../../tools/setup/temporary.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-temporary-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is removed by the next one, and nothing of those that still run', () => {
  const { pid } = spawnSync(process.execPath, ['--eval', '']);
  mkdirSync(join(folder, `libtorch-2.7.1.${pid}.tmp/lib`), { recursive: true });
  const own = temporaryPath(join(folder, 'packages'));
  const kept = ['libtorch-2.7.1', 'downloads', 'notes.tmp', basename(own)];
  for (const name of [...kept, `libtorch.hpp.${pid}.tmp.gch`]) writeFileSync(join(folder, name), '');
  dropAbandoned([folder, join(folder, 'missing')]);
  expect(readdirSync(folder).toSorted()).toEqual(kept.toSorted());
});
