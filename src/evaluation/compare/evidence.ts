/** Certainty from a handful of rows: resampling rows that are all right would claim certainty. */
import type { ComparedMetric } from '../../store/results.ts';
import type { Score } from '../../scoring/score.ts';
import { wilsonInterval, type Interval, type PairedDifference } from '../../scoring/statistics/index.ts';

/** How many independent pieces of evidence there are. */
export interface Evidence {
  /** Rows, or sets of related ones. */
  groups: number;
  /** Rows of the rarest class: what a figure over classes rests on. */
  rarest?: number;
}

/** Figures other than means of rows are over classes, if rows have some. */
function countOf(isOverClasses: boolean, { groups, rarest }: Evidence): number {
  return isOverClasses ? Math.min(groups, rarest ?? groups) : groups;
}

/** Interval of a figure; if resampling never changes it, as wide as that of the same number of right rows. */
export function honestInterval(
  interval: Interval,
  { score, best, evidence }: { score: Score; best?: number; evidence: Evidence },
): Interval {
  const { low, high, estimate, confidence } = interval;
  if (low !== high || estimate !== best || best <= 0 || score.better !== 'higher') return interval;
  const rows = countOf(score.statistic !== undefined, evidence);
  return { ...interval, low: best * wilsonInterval(rows, rows, confidence).low };
}

/** The same of a difference that every resample has. */
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
