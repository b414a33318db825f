import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newRunFolder } from '../../../../src/app/quickstart/new-run-folder.ts';

test('a quick start after another one gets a folder of its own', () => {
  const parent = mkdtempSync(join(tmpdir(), 'attune-quickstart-'));
  const first = newRunFolder('spelling', parent);
  expect(first).toBe(join(parent, 'quickstart-spelling'));
  mkdirSync(first);
  expect(newRunFolder('spelling', parent)).toBe(`${first}-2`);
  mkdirSync(`${first}-2`);
  expect(newRunFolder('spelling', parent)).toBe(`${first}-3`);
});
