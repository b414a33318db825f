/**
 * How far a second moment after `step` steps may be relied on (Liu et al., "RAdam", 2020): `length` of the simple average
 * that it is worth, and what an adaptive step is multiplied by; meaningful from a length above 4.
 */
export function rectification(step: number, beta2: number): { length: number; factor: number } {
  const most = 2 / (1 - beta2) - 1;
  const kept = beta2 ** step;
  const length = most - (2 * step * kept) / (1 - kept);
  return { length, factor: Math.sqrt(((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length)) };
}
