/** Difference of two independent shares, with its interval. */
import { wilsonInterval } from './wilson.ts';

/** A number of rows out of all rows. */
export interface Share {
  part: number;
  rows: number;
}

export interface ShareDifference {
  estimate: number;
  low: number;
  high: number;
  /** Fisher's exact test, two-sided. */
  p: number;
}

/** Difference of the first share from the second, with Newcombe's hybrid score interval (1998, method 10). */
export function shareDifference(first: Share, second: Share, confidence = 0.95): ShareDifference {
  const [a, b] = [first.part / first.rows, second.part / second.rows];
  const [own, other] = [first, second].map(({ part, rows }) => wilsonInterval(part, rows, confidence));
  const estimate = a - b;
  return {
    estimate,
    low: estimate - Math.hypot(a - own.low, other.high - b),
    high: estimate + Math.hypot(own.high - a, b - other.low),
    p: fisherExact(first, second),
  };
}

/** Tolerance: tables as likely as the observed one may differ from it in the last bits. */
const AS_LIKELY = 1 + 1e-7;

/** Two-sided p-value for equal shares: sums all tables with the same margins that are at most as likely as this one. */
export function fisherExact(first: Share, second: Share): number {
  const parts = first.part + second.part;
  const least = Math.max(0, parts - second.rows);
  const most = Math.min(parts, first.rows);
  const logs = logFactorials(first.rows + second.rows);
  const choose = (n: number, k: number): number => logs[n] - logs[k] - logs[n - k];
  const chance = (part: number): number =>
    Math.exp(choose(first.rows, part) + choose(second.rows, parts - part) - choose(first.rows + second.rows, parts));
  const seen = chance(first.part) * AS_LIKELY;
  let sum = 0;
  for (let part = least; part <= most; part++) {
    const one = chance(part);
    if (one <= seen) sum += one;
  }
  return Math.min(1, sum);
}

let known = Float64Array.of(0);

function logFactorials(most: number): Float64Array {
  if (known.length > most) return known;
  const logs = new Float64Array(most + 1);
  for (let n = 1; n <= most; n++) logs[n] = logs[n - 1] + Math.log(n);
  return (known = logs);
}
