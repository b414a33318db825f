import { describe, expect, it } from 'vitest';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { attention, layoutOfRows } from '../../../src/engine/nn/index.ts';
import {
  attune,
  aten,
  fromArray,
  noGrad,
  scope,
  zeros,
  type DType,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';

const [HEADS, KEY_HEADS] = [6, 2];
const tolerance = { f32: 2e-6, bf16: 2e-2, f64: 1e-12 } as const;

function normal(shape: readonly number[], path: string, dtype: DType): Tensor {
  return keyedNormal(shape, { seed: 1, path }, 1).to(dtype);
}

interface Rows {
  q: Tensor;
  k: Tensor;
  v: Tensor;
}

/** Whole texts as rows: row r has `lengths[r]` tokens. */
function wholeRows(lengths: readonly number[], dtype: DType, size: number): Rows[] {
  return lengths.map((length, row) => ({
    q: normal([length, HEADS, size], `q${row}`, dtype),
    k: normal([length, KEY_HEADS, size], `k${row}`, dtype),
    v: normal([length, KEY_HEADS, size], `v${row}`, dtype),
  }));
}

function join(rows: readonly Tensor[]): Tensor {
  return aten.cat.default(rows);
}

function largestDifference(a: Tensor, b: Tensor): number {
  return aten.amax.default(aten.abs.default(a.to('f64').sub(b.to('f64')))).item();
}

/** Slots of each row's tokens, scattered over the cache, each used once. */
function scatter(lengths: readonly number[], slots: number): Int32Array[] {
  let next = 0;
  return lengths.map((length) => Int32Array.from({ length }, () => (next++ * 37) % slots));
}

describe.each<[DType, number, number | undefined]>([
  ['f32', 64, undefined],
  ['f32', 20, undefined],
  ['f32', 16, 5],
  ['bf16', 64, undefined],
  ['bf16', 24, 40],
  ['f64', 8, undefined],
  ['f64', 8, 5],
])('attention to a cache in slots: %s, heads of %i, window %s', (dtype, size, window) => {
  it('gives what attention to whole rows gives, read in pieces of any lengths', () => {
    scope(() => {
      noGrad(() => {
        const lengths = [150, 33, 7, 300];
        const rows = wholeRows(lengths, dtype, size);
        const [keys, values] = [0, 1].map(() => zeros([1009, KEY_HEADS, size], { dtype }));
        const slots = scatter(lengths, 1009);
        const got = lengths.map((): Tensor[] => []);
        // First whole prompts, then single tokens next to pieces of prompts, then a pass without new tokens in one row.
        const passes = [
          [100, 20, 3, 290],
          [1, 12, 1, 7],
          [4, 1, 3, 1],
          [45, 0, 0, 2],
        ];
        const read = lengths.map(() => 0);
        for (const counts of passes) {
          const take = (name: keyof Rows) => join(rows.map((row, r) => row[name].narrow(0, read[r], counts[r])));
          const layout = layoutOfRows(counts, { causal: true, starts: read });
          const seen = slots.map((own, r) => own.subarray(0, read[r] + counts[r]));
          const offsets = seen.reduce((sums, { length }) => [...sums, sums[sums.length - 1] + length], [0]);
          const all = fromArray(Int32Array.from(seen.flatMap((own) => [...own])));
          const request = [keys, values, all, layout.offsets, offsets, { window }] as const;
          const y = attune.paged_attention.default(take('q'), take('k'), take('v'), ...request);
          for (const r of lengths.keys()) {
            got[r].push(y.narrow(0, layout.offsets[r], counts[r]));
            read[r] += counts[r];
          }
        }
        expect(read).toEqual(lengths);
        for (const [r, { q, k, v }] of rows.entries()) {
          const wanted = attention(q, k, v, {
            layout: layoutOfRows([lengths[r]], { causal: true }),
            window,
          });
          expect(largestDifference(join(got[r]), wanted)).toBeLessThan(tolerance[dtype as keyof typeof tolerance]);
        }
      });
    });
  });
});

describe('attention to a cache in slots', () => {
  it('gives a row the same bits whoever is beside it, and wherever it lies', () => {
    scope(() => {
      noGrad(() => {
        const [row, other] = wholeRows([70, 90], 'f32', 64);
        const answer = (offset: number, beside: boolean) => {
          const [keys, values] = [0, 1].map(() => zeros([500, KEY_HEADS, 64]));
          const own = Int32Array.from({ length: 70 }, (_, i) => (offset + 3 * i) % 500);
          const put = (target: Tensor, x: Tensor, to: Int32Array) =>
            aten.index_copy_.default(target, 0, fromArray(to).to('i64'), x);
          put(keys, row.k, own);
          put(values, row.v, own);
          const theirs = Int32Array.from({ length: 90 }, (_, i) => (offset + 210 + 3 * i) % 500);
          const rows = beside ? [other, row] : [row];
          const last = (name: keyof Rows) => join(rows.map((one) => one[name].narrow(0, one.q.shape[0] - 1, 1)));
          const slots = fromArray(beside ? Int32Array.from([...theirs, ...own]) : own);
          const offsets = beside
            ? [
                [0, 1, 2],
                [0, 90, 160],
              ]
            : [
                [0, 1],
                [0, 70],
              ];
          const y = attune.paged_attention.default(
            last('q'),
            last('k'),
            last('v'),
            keys,
            values,
            slots,
            offsets[0],
            offsets[1],
          );
          return y.narrow(0, y.shape[0] - 1, 1).toNumbers();
        };
        expect(answer(11, true)).toEqual(answer(0, false));
      });
    });
  });

  it('refuses what does not fit together, and gradients', () => {
    scope(() => {
      const [q, k] = [zeros([2, 4, 8]), zeros([2, 2, 8])];
      const call = (cache: Tensor, slots: Tensor, offsets: number[]) =>
        noGrad(() => attune.paged_attention.default(q, k, k, cache, cache.clone(), slots, [0, 2], offsets));
      const slots = fromArray(Int32Array.of(0, 1));
      expect(() => call(zeros([9, 2, 4]), slots, [0, 2])).toThrow(/heads, size and type/);
      expect(() => call(zeros([9, 2, 8]), slots.to('i64'), [0, 2])).toThrow(/int32 slots/);
      expect(() => call(zeros([9, 2, 8]), slots, [0, 1])).toThrow(/end at the number of tokens/);
      expect(() => call(zeros([9, 2, 8]), fromArray(Int32Array.of(0, 9)), [0, 2])).toThrow(/slot 9|index 9/);
      const other = (heads: Tensor, v: Tensor) => () =>
        noGrad(() =>
          attune.paged_attention.default(heads, k, v, zeros([9, 2, 8]), zeros([9, 2, 8]), slots, [0, 2], [0, 2]),
        );
      expect(other(zeros([2, 4, 6]), k)).toThrow(/heads of one size/);
      expect(other(zeros([2, 3, 8]), k)).toThrow(/multiple of key heads/);
      expect(other(q, k.to('f64'))).toThrow(/one type/);
      const keys = zeros([9, 2, 8]);
      expect(() => attune.paged_attention.default(q, k, k, keys, keys, slots, [0, 2], [0, 2])).toThrow(/no gradient/);
    });
  });
});

it.each([1, 2, 3, 4, 6, 40])(
  'a prompt of %i tokens has the same bits alone and beside an answer that goes on',
  (length) => {
    scope(() => {
      noGrad(() => {
        const rows = wholeRows([length, 30], 'f32', 16);
        const attend = (counts: readonly [number, number], before: number): Tensor => {
          const [keys, values] = [0, 1].map((at) => normal([97, KEY_HEADS, 16], `cache${at}`, 'f32'));
          const take = (name: keyof Rows) => join(rows.map((row, r) => row[name].narrow(0, 0, counts[r])));
          const layout = layoutOfRows(counts, { causal: true, starts: [0, before] });
          const slots = Int32Array.from({ length: length + before + counts[1] }, (_, i) => (i * 37) % 97);
          const request = [keys, values, fromArray(slots), layout.offsets, [0, length, slots.length], {}] as const;
          return attune.paged_attention.default(take('q'), take('k'), take('v'), ...request).narrow(0, 0, length);
        };
        expect(attend([length, 1], 20).toNumbers()).toEqual(attend([length, 0], 0).toNumbers());
      });
    });
  },
);
