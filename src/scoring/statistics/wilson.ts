import { normalQuantile } from './normal.ts';

/** Wilson's score interval (without continuity correction) of a share of k in n rows. */
export function wilsonInterval(successes: number, rows: number, confidence = 0.95): { low: number; high: number } {
  if (rows === 0) return { low: 0, high: 1 };
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / rows;
  const scale = 1 + (z * z) / rows;
  const centre = (share + (z * z) / (2 * rows)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / rows + (z * z) / (4 * rows * rows));
  // At 0 and n the interval's end is exact; rounding must not exceed it.
  return { low: successes === 0 ? 0 : centre - half, high: successes === rows ? 1 : centre + half };
}
