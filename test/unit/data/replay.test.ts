import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadData, makeSampler } from '../../../src/data/index.ts';
import { withShares } from '../../../src/data/mixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, count: number, text: (i: number) => string): string {
  const path = join(folder, name);
  const rows = Array.from({ length: count }, (_, i) =>
    JSON.stringify({ prompt: `${text(i)}?`, completion: text(i * 7) }),
  );
  writeFileSync(path, rows.join('\n'));
  return path;
}

test('rows of replay have their share of what is seen, and are never validated or tested on', async () => {
  const own = write('own.jsonl', 60, (i) => `order ${i} of somebody ${i * i}`);
  const general = write('general.jsonl', 30, (i) => `fact ${i} about places ${i * 13}`);
  const { splits, mixture } = await loadData({
    train: [{ path: own }, { path: general, share: 0.25 }],
    validation: 0.2,
    test: 0.1,
    seed: 1,
  });
  expect([splits.validation.length, splits.test.length]).toEqual([12, 6]);
  for (const { source } of [...splits.validation, ...splits.test]) expect(source.file).not.toContain('general');
  expect(mixture).toMatchObject([
    { rows: 42, rowsPerEpoch: 42 },
    { rows: 30, rowsPerEpoch: 14, first: 42 },
  ]);
  const sampler = makeSampler({ rows: splits.train.length, batchSize: 8, seed: 1, mixture });
  const seen = Array.from({ length: sampler.batchesPerEpoch }, (_, i) => sampler.batchAt(0, i).rows).flat();
  expect(seen.filter((row) => row >= 42)).toHaveLength(14);
});

test('what other parts weigh stays in proportion', () => {
  expect(withShares([30, 10, 5], [undefined, undefined, 0.2])).toEqual([0.6, 0.2, 0.2]);
  expect(withShares([2, 1], undefined)).toEqual([2, 1]);
});
