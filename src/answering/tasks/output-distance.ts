import { randomUint32 } from '../../base/random.ts';
import type { Tensor } from '../../engine/tensor/index.ts';

/** Loss without labels: mean squared distance of the scores from fixed pseudo-random targets. */
export function outputDistance(scores: Tensor): number {
  const values = scores.flatten().toNumbers();
  const squares = values.map((value, i) => (value - randomUint32([1, 'export'], i) / 2 ** 31 + 1) ** 2);
  return squares.reduce((sum, value) => sum + value, 0) / values.length;
}
