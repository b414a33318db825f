// On processors without AVX-512, OpenBLAS computes the last rows of a product by other instructions, so that a row's bits
// depend on how many rows there are.
import { expect } from 'vitest';
import { keyedNormal } from '../../src/models/initialise.ts';
import { aten, scope } from '../../src/engine/tensor/index.ts';

const [DEPTH, ROWS] = [16, 16];
let isIndependent: boolean | undefined;

/** Whether a row's product has the same bits next to any number of rows on this machine. */
export function hasIndependentRows(): boolean {
  return (isIndependent ??= scope(() => {
    const [x, weight] = ['x', 'weight'].map((path) => keyedNormal([ROWS, DEPTH], { seed: 1, path }, 1).to('f64'));
    const productOf = (rows: number): number[] =>
      aten.linear.default(x.narrow(0, 0, rows).contiguous(), weight).toNumbers();
    const whole = productOf(ROWS);
    return Array.from({ length: ROWS }, (_, i) => productOf(i + 1)).every((some) =>
      some.every((value, i) => value === whole[i]),
    );
  }));
}

/**
 * Expects the same bits where rows are independent or `within` is 0, elsewhere a distance of at most `within` times the
 * expected length.
 */
export function expectSameRows(got: readonly number[], wanted: readonly number[], within: number): void {
  if (within === 0 || hasIndependentRows()) return expect(got).toEqual(wanted);
  expect(got).toHaveLength(wanted.length);
  const distance = Math.hypot(...wanted.map((value, i) => value - got[i]));
  expect(distance / Math.hypot(...wanted)).toBeLessThanOrEqual(within);
}
