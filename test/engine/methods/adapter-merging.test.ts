import { describe, expect, it } from 'vitest';
import { mergeFactors, truncated, type Factors } from '../../../src/methods/tunings/adapter-merging.ts';
import { scope, tensor, type Tensor } from '../../../src/engine/tensor/index.ts';

const matrix = (rows: number[][]): Tensor => tensor(rows.flat(), { shape: [rows.length, rows[0].length] });
const factors = (a: number[][], b: number[][], scale: number): Factors => ({ a: matrix(a), b: matrix(b), scale });

const first = () => factors([[1, 2, -4]], [[1], [3]], 2);
const second = () => factors([[-1, 1, 2]], [[2], [-1]], 0.5);
const settings = { density: 0.5, majoritySign: 'total', mask: (x: Tensor) => x.mul(0).add(1) } as const;

function product({ a, b }: Pick<Factors, 'a' | 'b'>): number[] {
  return b.matmul(a).toNumbers();
}

describe('adapters as one', () => {
  it('cat is exactly the weighted sum of the changes, and a weight below 0 subtracts', () => {
    scope(() => {
      const given = [
        { ...first(), weight: 1 },
        { ...second(), weight: -1 },
      ];
      const wanted = product(first()).map((value, i) => value * 2 - product(second())[i] * 0.5);
      expect(product(mergeFactors('q', given, { ...settings, method: 'cat' }))).toEqual(wanted);
      const cut = mergeFactors('q', given, { ...settings, method: 'svd', rank: 2 });
      for (const [i, value] of product(cut).entries()) expect(value).toBeCloseTo(wanted[i], 4);
    });
  });

  it('linear weighs A and B apart, so that a layer of one adapter alone keeps its change', () => {
    scope(() => {
      const merged = mergeFactors('q', [{ ...first(), weight: 0.5 }], { ...settings, method: 'linear' });
      expect(product(merged)).toEqual(product(first()));
    });
  });

  it('ties keeps the largest entries and drops those against the majority', () => {
    scope(() => {
      const given = [
        { ...factors([[4, 1]], [[1]], 1), weight: 1 },
        { ...factors([[-3, 2]], [[1]], 1), weight: 1 },
      ];
      const { a } = mergeFactors('q', given, { ...settings, method: 'ties', density: 0.5 });
      expect(a.toNumbers()).toEqual([4, 0]);
    });
  });

  it('dare divides what it keeps by the density', () => {
    scope(() => {
      const mask = (x: Tensor) => (x.shape[1] === 3 ? matrix([[1, 0, 1]]) : matrix([[1], [1]]));
      const { a } = mergeFactors('q', [{ ...factors([[1, 2, 3]], [[1], [1]], 1), weight: 1 }], {
        ...settings,
        mask,
        method: 'dare_linear',
      });
      expect(a.toNumbers()).toEqual([2, 0, 6]);
    });
  });

  it('a rank above that of the change is filled with zeros', () => {
    scope(() => {
      const { a, b } = truncated(
        matrix([
          [1, 2],
          [2, 4],
        ]),
        3,
      );
      expect([a.shape, b.shape]).toEqual([
        [3, 2],
        [2, 3],
      ]);
      expect(product({ a, b }).map((value) => Math.round(value * 1e4) / 1e4)).toEqual([1, 2, 2, 4]);
    });
  });
});
