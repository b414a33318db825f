/** Moments of a sample, summed in order. NaN with too few values. */

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Unbiased variance: divided by n - 1. */
export function variance(values: readonly number[]): number {
  return covariance(values, values);
}

export function covariance(first: readonly number[], second: readonly number[]): number {
  const [a, b] = [mean(first), mean(second)];
  return first.reduce((sum, value, i) => sum + (value - a) * (second[i] - b), 0) / (first.length - 1);
}
