/** Uncertainty with a handful of rows: resampling rows that are all right would suggest certainty. */
import type { ComparedMetric } from '../../store/results.ts';
import type { Score } from '../../scoring/score.ts';
import { wilsonInterval, type Interval, type PairedDifference } from '../../scoring/statistics/index.ts';

/** Amount of independent evidence. */
export interface Evidence {
  /** Rows, or clusters of related rows. */
  groups: number;
  /** Rows of the rarest class, which limit per-class metrics. */
  rarest?: number;
}

/** Metrics other than means over rows depend on the classes, if there are any. */
function countOf(isOverClasses: boolean, { groups, rarest }: Evidence): number {
  return isOverClasses ? Math.min(groups, rarest ?? groups) : groups;
}

/**
 * Interval of a metric; if resampling never changes it, the interval of a share with the same number of rows, all
 * right.
 */
export function honestInterval(
  interval: Interval,
  { score, best, evidence }: { score: Score; best?: number; evidence: Evidence },
): Interval {
  const { low, high, estimate, confidence } = interval;
  if (low !== high || estimate !== best || best <= 0 || score.better !== 'higher') return interval;
  const rows = countOf(score.statistic !== undefined, evidence);
  return { ...interval, low: best * wilsonInterval(rows, rows, confidence).low };
}

/** The same for a difference that is equal in every resample. */
export function honestDifference(
  difference: PairedDifference,
  { better, best }: Pick<ComparedMetric, 'better' | 'best'>,
  evidence: Evidence,
): PairedDifference {
  const { low, high, estimate, confidence, test } = difference;
  if (low !== high || best === undefined || best <= 0 || better !== 'higher') return difference;
  const rows = countOf(test === 'bootstrap', evidence);
  const reach = best * (1 - wilsonInterval(rows, rows, confidence).low);
  return { ...difference, low: Math.max(-best, estimate - reach), high: Math.min(best, estimate + reach) };
}
