/** Difference of two shares on the same rows, before and after, with its interval. */
import { discordant, mcnemarExact } from './mcnemar.ts';
import type { ShareDifference } from './two-shares.ts';
import { wilsonInterval } from './wilson.ts';

/**
 * Increase of the share from before to after. `before` and `after` are 0 or 1 for each row, in the same order. The
 * interval is Newcombe's for paired rows (1998, method 10): unlike a bootstrap it has positive width even if no row
 * changed.
 */
export function pairedShareDifference(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  confidence = 0.95,
): ShareDifference {
  const { onlyFirst, onlySecond } = discordant(before, after);
  const rows = before.length;
  let both = 0;
  for (let i = 0; i < rows; i++) both += before[i] === 1 && after[i] === 1 ? 1 : 0;
  const neither = rows - both - onlyFirst - onlySecond;
  const [old, now] = [both + onlyFirst, both + onlySecond];
  const [first, second] = [old / rows, now / rows];
  const [own, other] = [now, old].map((part) => wilsonInterval(part, rows, confidence));
  const phi = correlation({ both, onlyFirst, onlySecond, neither });
  const estimate = second - first;
  return {
    estimate,
    low: estimate - joined(second - own.low, other.high - first, phi),
    high: estimate + joined(own.high - second, first - other.low, phi),
    p: mcnemarExact({ onlyFirst, onlySecond }),
  };
}

interface PairTable {
  both: number;
  onlyFirst: number;
  onlySecond: number;
  neither: number;
}

/** Correlation of the two columns with a continuity correction. */
function correlation({ both, onlyFirst, onlySecond, neither }: PairTable): number {
  const rows = both + onlyFirst + onlySecond + neither;
  const margins = (both + onlyFirst) * (onlySecond + neither) * (both + onlySecond) * (onlyFirst + neither);
  if (margins === 0) return 0;
  const product = both * neither - onlyFirst * onlySecond;
  const corrected = product > 0 ? Math.max(0, product - rows / 2) : product;
  return corrected / Math.sqrt(margins);
}

function joined(a: number, b: number, phi: number): number {
  return Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
}
