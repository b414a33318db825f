import { normalQuantile } from './normal.ts';

export interface PowerOptions {
  /** Probability of a false finding; default 0.05, two-sided. */
  alpha?: number;
  /** Probability of detecting a true difference; default 0.8. */
  power?: number;
}

/** The smallest true difference of means that n pairs (or groups) with this spread detect with the given power. */
export function minimalDetectableDifference(
  { sdOfDifferences, n }: { sdOfDifferences: number; n: number },
  options: PowerOptions = {},
): number {
  return detectableByError(sdOfDifferences / Math.sqrt(n), options);
}

/** The same from the standard error of the difference, whatever the statistic. */
export function detectableByError(standardError: number, { alpha = 0.05, power = 0.8 }: PowerOptions = {}): number {
  return (normalQuantile(1 - alpha / 2) + normalQuantile(power)) * standardError;
}

/** Minimum number of discordant rows, all in favour of one predictor, for a significant exact McNemar test. */
const FEWEST_DISCORDANT = 6;

/**
 * The smallest difference of shares that n rows detect with the given power if all discordant rows favour one
 * predictor; any noise requires a larger difference. 1 if n rows cannot detect any.
 */
export function detectableShare(n: number, power = 0.8): number {
  if (n < FEWEST_DISCORDANT) return 1;
  let [low, high] = [0, 1];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (chanceOfAtLeast(FEWEST_DISCORDANT, n, middle) < power) low = middle;
    else high = middle;
  }
  return high;
}

/** Probability of at least k successes in n tries. */
function chanceOfAtLeast(k: number, n: number, chance: number): number {
  let term = (1 - chance) ** n;
  let fewer = 0;
  for (let i = 0; i < k; i++) {
    fewer += term;
    term *= ((n - i) / (i + 1)) * (chance / (1 - chance));
  }
  return 1 - fewer;
}

/**
 * The same for right-or-wrong rows by McNemar's test (Connor 1987), from the share of discordant rows: two predictors
 * that are each right on `rate` of the rows independently differ on 2 rate (1 - rate) of them. At most that share, if
 * no smaller difference would be detected.
 */
export function minimalDetectableRateDifference(
  { discordant, n }: { discordant: number; n: number },
  { alpha = 0.05, power = 0.8 }: PowerOptions = {},
): number {
  const [zAlpha, zPower] = [normalQuantile(1 - alpha / 2), normalQuantile(power)];
  const missing = (difference: number) =>
    zAlpha * Math.sqrt(discordant) + zPower * Math.sqrt(discordant - difference ** 2) - difference * Math.sqrt(n);
  let [low, high] = [0, discordant];
  if (missing(high) > 0) return discordant;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (missing(middle) > 0) low = middle;
    else high = middle;
  }
  return high;
}
