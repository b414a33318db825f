import type { ComparedMetric, Difference, Verdict } from '../../store/results.ts';
import type { Score } from '../score.ts';
import { pairedBootstrap } from '../statistics/index.ts';
import { normalCdf, normalQuantile } from '../statistics/normal.ts';
import type { Scored } from './scored.ts';

export interface DifferenceOptions {
  /** Group of each row, where rows are grouped. */
  clusters?: readonly string[];
  confidence: number;
  seed: number;
}

/** Power of the smallest difference that is told. */
const POWER = 0.8;

/** Subject against every other system on one metric; p adjusted over the rivals, and over all systems for the rest. */
export function metricDifferences(
  metric: ComparedMetric,
  systems: { subject: Scored; others: readonly Scored[]; rivals: readonly string[] },
  options: DifferenceOptions,
): Difference[] {
  const { subject, others, rivals } = systems;
  const own = subject.scores.get(metric.name);
  if (own === undefined) return [];
  const found = others.flatMap(({ name, scores }) => {
    const score = scores.get(metric.name);
    return score === undefined ? [] : [{ against: name, ...difference(own, score, options) }];
  });
  const overAll = holm(found.map(({ p }) => p));
  const ofRivals = found.filter(({ against }) => rivals.includes(against));
  const overRivals = holm(ofRivals.map(({ p }) => p));
  return found.map((one, i) => {
    const place = ofRivals.indexOf(one);
    const pAdjusted = place < 0 ? overAll[i] : overRivals[place];
    return { metric: metric.name, ...one, pAdjusted, verdict: verdictOf({ ...one, pAdjusted }, options.confidence) };
  });
}

/** Both must say so: the interval, which is of this difference alone, and the p-value adjusted for all of them. */
function verdictOf(
  { low, high, pAdjusted }: Pick<Difference, 'low' | 'high' | 'pAdjusted'>,
  confidence: number,
): Verdict {
  if (pAdjusted > 1 - confidence) return 'no-evidence';
  return low > 0 ? 'better' : high < 0 ? 'worse' : 'no-evidence';
}

function difference(subject: Score, other: Score, { confidence, seed }: DifferenceOptions) {
  const sign = subject.better === 'higher' ? 1 : -1;
  const [mine, theirs] = [subject, other].map(({ rows }) => rows.map((value) => sign * value));
  const { estimate, low, high } = pairedBootstrap(theirs, mine, { confidence, seed });
  const error = deviation(mine.map((value, row) => value - theirs[row])) / Math.sqrt(mine.length);
  const p = error === 0 ? (estimate === 0 ? 1 : 0) : 2 * normalCdf(-Math.abs(estimate / error));
  const minimalDetectable = (normalQuantile((1 + confidence) / 2) + normalQuantile(POWER)) * error;
  return { estimate, low, high, p, test: 'z', minimalDetectable };
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1));
}

function holm(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).toSorted((a, b) => values[a] - values[b]);
  const adjusted = Array.from(values);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (values.length - rank) * values[i]));
    adjusted[i] = least;
  }
  return adjusted;
}
