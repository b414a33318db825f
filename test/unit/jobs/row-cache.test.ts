import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Example, PromptExample } from '../../../src/data/example.ts';
import { cacheKey } from '../../../src/files/cache.ts';
import { sha256 } from '../../../src/files/hash.ts';
import { RowCache } from '../../../src/jobs/rows/row-cache.ts';

const home = mkdtempSync(join(tmpdir(), 'attune-row-cache-'));
beforeAll(() => vi.stubEnv('ATTUNE_HOME', home));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const none = sha256('');
const keyOf = (rows: string) =>
  cacheKey({ rows: sha256(rows), tokenizer: none, template: none, code: none, settings: {} });
const source = { file: 'rows', line: 1 };
const tokens = { ids: Int32Array.of(5, 6, 7), trained: Uint8Array.of(0, 1, 1) };

it('gives rows of every type back as they were prepared', () => {
  const prompt: PromptExample = { kind: 'prompt', id: 'b', source, prompt: 'Why?', columns: {} };
  const examples: Example[] = [{ kind: 'text', id: 'a', source, text: 'one' }, prompt];
  const rows = [
    { id: 'a', source, ...tokens, typeIds: Int32Array.of(0, 0, 1), values: [1, 0.5], segments: [2, 1], score: 0.25 },
    { id: 'b', source, ...tokens, prompt },
  ];
  const cache = new RowCache();
  cache.write(keyOf('whole'), rows);
  expect(cache.read(keyOf('whole'), examples)).toEqual(rows);
});

it('gives typed arrays back wherever they stand in a row, to the bit', () => {
  const parts = [[{ ids: Int32Array.of(1, 2, 3).subarray(1), marks: [0] }]];
  const weights = Float32Array.of(0.1, -Infinity, Number.NaN);
  const rows = [{ id: 'a', source, ...tokens, parts, weights, state: new Int32Array(0) }];
  const cache = new RowCache();
  cache.write(keyOf('binary'), rows);
  expect(cache.read(keyOf('binary'), [{ kind: 'text', id: 'a', source, text: 'one' }])).toEqual(rows);
  const long = [{ ...rows[0], weights: BigInt64Array.of(1n) }];
  expect(() => cache.write(keyOf('long'), long)).toThrow(/BigInt64Array/);
});
