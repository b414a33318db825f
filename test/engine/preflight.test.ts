// The worst step that a preflight tries is one that a run takes.
import { expect, it } from 'vitest';
import { largestBatches } from '../../src/jobs/train/preflight.ts';
import { tokensOf, type PreparedRow } from '../../src/train/interfaces.ts';

const row = (size: number): PreparedRow => ({
  id: String(size),
  ids: new Int32Array(size),
  trained: new Uint8Array(size),
  source: { file: 'rows.jsonl', line: 1 },
});

it('packs what an objective makes of its rows into micro-batches as a step does', () => {
  const prompts = [[row(2), row(3), row(4)]];
  const largest = ({ ids }: PreparedRow) => row(ids.length * 10);
  const sizes = (batches: PreparedRow[][]) => batches.map((rows) => rows.map(tokensOf));
  const most = { microBatchTokens: 50 };
  expect(sizes(largestBatches(prompts, { objective: { largest } }, most)).map((all) => all.toSorted())).toEqual(
    expect.arrayContaining([[20, 30], [40]]),
  );
  expect(largestBatches(prompts, { objective: {} }, most)).toBe(prompts);
});
