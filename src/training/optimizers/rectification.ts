/**
 * Reliability of a second moment after `step` steps (Liu et al., "RAdam", 2020): `length` of the equivalent simple
 * average, and the factor of an adaptive step, which is valid for lengths above 4.
 */
export function rectification(step: number, beta2: number): { length: number; factor: number } {
  const most = 2 / (1 - beta2) - 1;
  const kept = beta2 ** step;
  const length = most - (2 * step * kept) / (1 - kept);
  return { length, factor: Math.sqrt(((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length)) };
}
