import { randomUint32 } from '../../base/random.ts';
import type { Tensor } from '../../engine/tensor/index.ts';

/** Mean squared distance of scores from numbers drawn at random: classes that are never right would all cost the same. */
export function outputDistance(scores: Tensor): number {
  const values = scores.flatten().toNumbers();
  const squares = values.map((value, i) => (value - randomUint32([1, 'export'], i) / 2 ** 31 + 1) ** 2);
  return squares.reduce((sum, value) => sum + value, 0) / values.length;
}
