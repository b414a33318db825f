/** Numbers of rows that exactly one of two predictors got right. */
export interface Discordant {
  onlyFirst: number;
  onlySecond: number;
}

/** Counts from the per-row values of a right-or-wrong metric; both arrays are in the same row order. */
export function discordant(first: ArrayLike<number>, second: ArrayLike<number>): Discordant {
  if (first.length !== second.length) throw new RangeError(`${first.length} and ${second.length} rows are not paired`);
  const counts = { onlyFirst: 0, onlySecond: 0 };
  for (let i = 0; i < first.length; i++) {
    if (first[i] > second[i]) counts.onlyFirst++;
    else if (second[i] > first[i]) counts.onlySecond++;
  }
  return counts;
}

/**
 * Two-sided p-value of the exact McNemar test: the binomial test that both kinds of discordant rows are equally likely.
 */
export function mcnemarExact({ onlyFirst, onlySecond }: Discordant): number {
  const rows = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  let logTerm = -rows * Math.LN2;
  for (let k = 1; k <= fewer; k++) logTerm += Math.log((rows - k + 1) / k);
  // Starts from the largest term of the tail; each further term is the previous one times k / (n - k + 1).
  let relative = 1;
  let sum = 1;
  for (let k = fewer; k > 0 && relative > 1e-18; k--) {
    relative *= k / (rows - k + 1);
    sum += relative;
  }
  return Math.min(1, 2 * sum * Math.exp(logTerm));
}
