import { normalQuantile } from './normal.ts';

export interface PowerOptions {
  /** Chance of a finding where there is none; default 0.05, two-sided. */
  alpha?: number;
  /** Chance of finding what is there; default 0.8. */
  power?: number;
}

/** The smallest true difference of means that n pairs (or groups) of this spread would show with the given power. */
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

/** Rows that only one of two predictors gets right, all for the same one, before the exact McNemar test sees it. */
const FEWEST_DISCORDANT = 6;

/**
 * The smallest difference of shares that n rows show in four of five tries where nothing varies but the rows that one of
 * two predictors gets right: any noise needs more. 1 where n rows can show none.
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
 * The same for right-or-wrong rows by McNemar's test (Connor 1987), from the share of rows on which the two differ:
 * two predictors that are right on `rate` of the rows independently of each other differ on 2 rate (1 - rate) of them.
 * The most that such rows can differ by, their share, where nothing smaller would show.
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
