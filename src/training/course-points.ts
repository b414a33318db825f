/** Points of a noisy curve. */
export interface CoursePoint {
  step: number;
  value: number;
}

/** Differences are significant from this many standard errors on. */
export const SURE = 2;

/** Mean of a range and its standard error. The noise is estimated from consecutive differences, which a trend hardly affects. */
export function spanOf(
  points: readonly CoursePoint[],
  from: number,
  to: number,
): { mean: number; error: number; middle: number } {
  const own = points.slice(Math.floor(from * points.length), Math.max(1, Math.ceil(to * points.length)));
  const mean = own.reduce((sum, { value }) => sum + value, 0) / own.length;
  const steps = points.slice(1).map(({ value }, i) => (value - points[i].value) ** 2);
  const variance = steps.reduce((sum, square) => sum + square, 0) / 2 / Math.max(1, steps.length);
  return { mean, error: Math.sqrt(variance / own.length), middle: own[Math.floor(own.length / 2)].step };
}
