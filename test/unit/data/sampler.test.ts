import { describe, expect, it } from 'vitest';
import { randomUint32 } from '../../../src/base/random.ts';
import { makeSampler, refitMixture, type Batch, type SamplerOptions } from '../../../src/data/index.ts';
import { mixParts } from '../../../src/data/mixture.ts';
import { divideRows, packRows } from '../../../src/data/packing.ts';

const lengthsOf = (rows: number) =>
  Array.from({ length: rows }, (_, row) => 1 + (randomUint32([4, 'length', row]) % 90));

function take(options: SamplerOptions, batches: number): Batch[] {
  const sampler = makeSampler(options);
  return Array.from({ length: batches }, () => sampler.next());
}

const sorted = (rows: readonly number[]) => rows.toSorted((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('the sampler', () => {
  it('shows every row once an epoch, in another order each time, and keeps the last partial batch', () => {
    const batches = take({ rows: 23, batchSize: 5, seed: 1 }, 10);
    expect(batches.map(({ epoch, index, rows }) => [epoch, index, rows.length])).toEqual([
      ...[5, 5, 5, 5, 3].map((size, index) => [0, index, size]),
      ...[5, 5, 5, 5, 3].map((size, index) => [1, index, size]),
    ]);
    const [first, second] = [batches.slice(0, 5), batches.slice(5)].map((epoch) => epoch.flatMap(({ rows }) => rows));
    expect(sorted(first)).toEqual(upTo(23));
    expect(sorted(second)).toEqual(upTo(23));
    expect(second).not.toEqual(first);
    expect(first).not.toEqual(upTo(23));
  });

  it('depends on the seed alone and goes on exactly from two numbers', () => {
    const options = { rows: 40, batchSize: 6, seed: 7, lengths: lengthsOf(40), microBatchTokens: 120 };
    const whole = take(options, 15);
    for (const stopped of [0, 3, 7, 14]) {
      const first = makeSampler(options);
      for (let batch = 0; batch < stopped; batch++) first.next();
      const state = JSON.parse(JSON.stringify(first.state)) as { epoch: number; index: number };
      const second = makeSampler(options);
      second.restore(state);
      expect(Array.from({ length: 15 - stopped }, () => second.next())).toEqual(whole.slice(stopped));
    }
    expect(take({ ...options, seed: 8 }, 1)[0].rows).not.toEqual(whole[0].rows);
  });

  it('moves to the next epoch after the last batch and refuses places that do not exist', () => {
    const sampler = makeSampler({ rows: 4, batchSize: 2, seed: 1 });
    sampler.next();
    sampler.next();
    expect(sampler.state).toEqual({ epoch: 1, index: 0 });
    for (const state of [
      { epoch: 0, index: 3 },
      { epoch: -1, index: 0 },
      { epoch: 0, index: 0.5 },
    ]) {
      expect(() => sampler.restore(state)).toThrow(RangeError);
    }
  });

  it('forms the same steps however they are packed or shared, with each row in one micro-batch', () => {
    const options = { rows: 100, batchSize: 16, seed: 3, lengths: lengthsOf(100) };
    const plain = take(options, 14);
    expect(plain[0].microBatches).toEqual(plain[0].rows.map((row) => [row]));
    for (const microBatchTokens of [90, 200, 1e6]) {
      for (const shares of [1, 2, 3, 7]) {
        const shared = take({ ...options, microBatchTokens, shares }, 14);
        for (const [index, { rows }] of plain.entries()) {
          const micro = shared[index].microBatches;
          expect(shared[index].rows).toEqual(rows);
          expect(micro.length).toBeGreaterThanOrEqual(Math.min(shares, rows.length));
          expect(sorted(micro.flat())).toEqual(sorted(rows));
          for (const batch of micro) {
            expect(batch.reduce((total, row) => total + options.lengths[row], 0)).toBeLessThanOrEqual(microBatchTokens);
          }
        }
      }
    }
  });

  it('keeps the order for evaluation', () => {
    expect(take({ rows: 5, batchSize: 2, seed: 1, shuffle: false }, 3).map(({ rows }) => rows)).toEqual([
      [0, 1],
      [2, 3],
      [4],
    ]);
  });

  it('refuses no rows and a row that no micro-batch holds', () => {
    expect(() => makeSampler({ rows: 0, batchSize: 1, seed: 1 })).toThrow(/E_NO_ROWS/);
    const options = { rows: 2, batchSize: 1, seed: 1, lengths: [3, 9], microBatchTokens: 8 };
    expect(() => makeSampler(options)).toThrow(/E_ROW_EXCEEDS_MICRO_BATCH[\s\S]*9 tokens/);
  });
});

describe('a mixture', () => {
  const mixture = mixParts([10, 40, 3], [0.6, 0.2, 0.2], ['a', 'b', 'c']);

  it('sees the largest share once and gives the others their rows', () => {
    expect(mixture.map(({ first, rows, rowsPerEpoch }) => [first, rows, rowsPerEpoch])).toEqual([
      [0, 10, 10],
      [10, 40, 3],
      [50, 3, 3],
    ]);
    const equal = mixParts([100, 1], [1, 1], ['a', 'b']);
    expect(equal.map(({ rowsPerEpoch }) => rowsPerEpoch)).toEqual([100, 100]);
  });

  it('repeats no row before every other of its part has come', () => {
    const options = { rows: 53, batchSize: 4, seed: 5, mixture };
    const { rowsPerEpoch, batchesPerEpoch } = makeSampler(options);
    expect([rowsPerEpoch, batchesPerEpoch]).toEqual([16, 4]);
    const seen = take(options, 4 * 40).flatMap(({ rows }) => rows);
    const counts = upTo(53).map((row) => seen.filter((other) => other === row).length);
    expect(counts.slice(0, 10)).toEqual(Array(10).fill(40));
    expect(counts.slice(10, 50)).toEqual(Array(40).fill(3)); // 40 epochs of 3 rows: each of 40 rows three times
    expect(counts.slice(50)).toEqual(Array(3).fill(40));
    const firstEpoch = take(options, 4).flatMap(({ rows }) => rows);
    expect(sorted(firstEpoch.filter((row) => row < 10))).toEqual(upTo(10));
  });

  it('follows rows that were dropped or became several', () => {
    const rowOf = upTo(53).flatMap((row) => (row < 5 ? [] : row === 52 ? [52, 52] : [row]));
    expect(refitMixture(mixture, rowOf).map(({ first, rows, rowsPerEpoch }) => [first, rows, rowsPerEpoch])).toEqual([
      [0, 5, 5],
      [5, 40, 2],
      [45, 4, 2],
    ]);
  });

  it('refuses a part without rows', () => {
    expect(() => mixParts([3, 0], [1, 1], ['a', 'b'])).toThrow(
      /E_NO_ROWS[\s\S]*b has a share|b has a share[\s\S]*E_NO_ROWS/,
    );
  });
});

describe('packing', () => {
  it('fills micro-batches best fit, longest first, and puts the fullest in front', () => {
    expect(packRows([0, 1, 2, 3, 4], [7, 5, 3, 3, 2], 10)).toEqual([
      [0, 2],
      [1, 3, 4],
    ]);
    const lengths = lengthsOf(400);
    const rows = upTo(400);
    const bins = packRows(rows, lengths, 256);
    const tokens = bins.map((bin) => bin.reduce((total, row) => total + lengths[row], 0));
    expect(tokens).toEqual(tokens.toSorted((a, b) => b - a));
    const total = lengths.reduce((sum, length) => sum + length, 0);
    expect(total / (bins.length * 256)).toBeGreaterThan(0.97);
  });

  it('keeps two places of the same row apart', () => {
    expect(packRows([5, 5], { length: 6, 5: 4 } as ArrayLike<number>, 4)).toEqual([[5], [5]]);
  });

  it('divides rows over ranks by their tokens', () => {
    const lengths = lengthsOf(64);
    const loads = divideRows(upTo(64), lengths, 4).map((rows) => rows.reduce((total, row) => total + lengths[row], 0));
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThan(90);
    expect(divideRows([0, 1], undefined, 3)).toEqual([[0], [1], []]);
  });
});
