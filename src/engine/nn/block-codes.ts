// n values, B blocks of S values
import { aten, cat, fromArray, zeros, type Tensor } from '../tensor/index.ts';

/** Values relative to the largest magnitude in their block; the last block is zero-padded. */
export function byBlocks(own: Tensor, block: number): { fractions: Tensor; sizes: Tensor } {
  const short = Math.ceil(own.size / block) * block - own.size;
  const blocks = (short > 0 ? cat([own, zeros([short])]) : own).reshape(-1, block); // [B, S]
  const sizes = aten.amax.default(aten.abs.default(blocks), { dim: [1] }); // [B]
  const factors = aten.where.self(aten.gt.Scalar(sizes, 0), aten.reciprocal.default(sizes), sizes);
  return { fractions: blocks.mul(factors.unsqueeze(1)).flatten(), sizes };
}

/** Index of the number closest to each fraction, in a sorted list; the lower one in a tie. */
export function nearestOf(fractions: Tensor, numbers: readonly number[]): Tensor {
  const middles = Float32Array.from(numbers.slice(1), (value, i) => (value + numbers[i]) / 2);
  return aten.bucketize.Tensor(fractions, fromArray(middles), { out_int32: true });
}

/** Positive exponents of the dynamic map, each with twice as many numbers as the previous one. */
const EXPONENTS = 7;

/** bitsandbytes' dynamic map: 256 sorted numbers from -1 (or 0) to 1, in decades with evenly spaced values. */
export function dynamicMap({ isSigned = true } = {}): Float32Array {
  const positive = Array.from({ length: EXPONENTS }, (_, i) => {
    const count = 2 ** (isSigned ? i : i + 1);
    const edge = (j: number) => 0.1 + (0.9 * j) / count;
    return Array.from({ length: count }, (_, j) => 10 ** (i - EXPONENTS + 1) * ((edge(j) + edge(j + 1)) / 2));
  }).flat();
  const negative = isSigned ? positive.map((value) => -value) : [];
  return Float32Array.from([...positive, ...negative, 0, 1]).toSorted();
}
