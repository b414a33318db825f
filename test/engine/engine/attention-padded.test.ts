// q [N, H, D], k and v [M, K, D]: consecutive rows of different lengths, padded to the longest
import { describe, expect, it } from 'vitest';
import { randomUnit } from '../../../src/base/random.ts';
import { attention, layoutOfRows, segmentLengths, type Layout } from '../../../src/engine/nn/index.ts';
import { backward, cat, fromArray, scope, type Tensor } from '../../../src/engine/tensor/index.ts';

const [H, K, D] = [4, 2, 3];

function random(tokens: number, heads: number, seed: number): Tensor {
  const numbers = { length: tokens * heads * D };
  return fromArray(
    Float64Array.from(numbers, (_, i) => 4 * randomUnit([seed, 'padded'], i) - 2),
    [tokens, heads, D],
  );
}

describe('several rows of different lengths with a limit on their scores', () => {
  it.each([
    ['to each other, by position', layoutOfRows([3, 1, 7], { causal: true }), undefined, 2],
    [
      'to what an encoder made of others',
      layoutOfRows([2, 4], { causal: false }),
      layoutOfRows([5, 1], { causal: false }),
    ],
    ['where most would be filling', layoutOfRows([1, 40], { causal: false }), layoutOfRows([40, 1], { causal: false })],
  ] as [string, Layout, Layout | undefined, number | undefined][])(
    '%s give what each gives alone',
    (_, layout, keys, window) => {
      scope(() => {
        const options = { softcap: 2, window };
        const count = (keys ?? layout).positions.length;
        const [q, k, v] = [random(layout.positions.length, H, 1), random(count, K, 2), random(count, K, 3)];
        k.setRequiresGrad();
        const together = attention(q, k, v, { layout, keys, ...options });
        const lengths = [layout, keys ?? layout].map(segmentLengths);
        const [Q, Ks, V] = [q, k, v].map((x, i) => x.split(lengths[i === 0 ? 0 : 1]));
        const alone = Q.map((one, row) =>
          attention(one, Ks[row], V[row], {
            layout: layoutOfRows([lengths[0][row]], layout),
            keys: keys && layoutOfRows([lengths[1][row]], keys),
            ...options,
          }),
        );
        expectClose(together, cat(alone));
        const slopes = (one: Tensor): number[] => {
          k.grad = undefined;
          backward([one.pow(2).sum()]);
          return (k.grad as unknown as Tensor).toNumbers();
        };
        const wanted = slopes(cat(alone));
        for (const [i, slope] of slopes(together).entries()) expect(slope).toBeCloseTo(wanted[i], 10);
      });
    },
  );
});

function expectClose(got: Tensor, wanted: Tensor): void {
  expect(got.shape).toEqual(wanted.shape);
  const values = wanted.toNumbers();
  for (const [i, value] of got.toNumbers().entries()) expect(value).toBeCloseTo(values[i], 10);
}
