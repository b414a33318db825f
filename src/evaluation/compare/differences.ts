import type { ComparedMetric, Difference, Verdict } from '../../store/results.ts';
import { bounds, holm, type ScoreStatistics } from '../../scoring/statistics/index.ts';
import { honestDifference, type Evidence } from './evidence.ts';
import type { Scored } from './scored.ts';

/**
 * Differences of the subject from every other system on one metric; p is adjusted over the rivals, and separately over
 * all systems for the rest.
 */
export function metricDifferences(
  metric: ComparedMetric,
  systems: { subject: Scored; others: readonly Scored[]; rivals: readonly string[]; evidence: Evidence },
  statistics: ScoreStatistics,
): Difference[] {
  const { subject, others, rivals, evidence } = systems;
  const own = subject.scores.get(metric.name);
  if (own === undefined) return [];
  const found = others.flatMap(({ name, scores }) => {
    const score = scores.get(metric.name);
    if (score === undefined) return [];
    return [{ against: name, ...honestDifference(statistics.difference(own, score), metric, evidence) }];
  });
  const overAll = holm(found.map(({ p }) => p));
  const ofRivals = found.filter(({ against }) => rivals.includes(against));
  const overRivals = holm(ofRivals.map(({ p }) => p));
  return found.map((one, i) => {
    const place = ofRivals.indexOf(one);
    const pAdjusted = place < 0 ? overAll[i] : overRivals[place];
    const { n: _rows, confidence, low, high, ...figures } = one;
    const verdict = verdictOf({ low, high, pAdjusted }, confidence);
    return { metric: metric.name, ...figures, ...bounds({ low, high }), pAdjusted, verdict };
  });
}

/**
 * Requires both the interval, which is uncorrected, and the adjusted p-value to exclude 0. An unknown interval end
 * gives no evidence.
 */
export function verdictOf(
  { low = -Infinity, high = Infinity, pAdjusted }: { low?: number; high?: number; pAdjusted: number },
  confidence: number,
): Verdict {
  if (pAdjusted > 1 - confidence) return 'no-evidence';
  return low > 0 ? 'better' : high < 0 ? 'worse' : 'no-evidence';
}
