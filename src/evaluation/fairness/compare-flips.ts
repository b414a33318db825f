import type { CounterfactualAxis } from '../assessments/counterfactuals.ts';
import { verdictOf } from '../compare/differences.ts';
import { bounds, holm, ScoreStatistics } from '../../scoring/statistics/index.ts';
import { isFlipped, type AnsweredPair } from './group-pairs.ts';

/** Difference of a system's flip rate from the first system's, on the same pairs. */
export function compareFlips(
  measured: readonly CounterfactualAxis[],
  [first, own]: readonly [readonly AnsweredPair[], readonly AnsweredPair[]],
  { confidence, seed }: { confidence: number; seed: number },
): CounterfactualAxis[] {
  const found = measured.map(({ axis, pairs }) => {
    const [mine, theirs] = [own, first].map((answered) => flips(answered, axis));
    const { estimate, low, high, p } = new ScoreStatistics(pairs, { confidence, seed }).difference(mine, theirs);
    const rate = ({ rows }: typeof mine): number => rows.reduce((sum, one) => sum + one, 0) / rows.length;
    // Fewer flips are better; a positive estimate is an improvement.
    return { value: rate(mine), other: rate(theirs), estimate, ...bounds({ low, high }), p };
  });
  const adjusted = holm(found.map(({ p }) => p));
  return measured.map((axis, index) => {
    const [one, pAdjusted] = [found[index], adjusted[index]];
    return { ...axis, against: { ...one, pAdjusted, verdict: verdictOf({ ...one, pAdjusted }, confidence) } };
  });
}

function flips(pairs: readonly AnsweredPair[], axis: string): { better: 'lower'; rows: Float64Array } {
  const own = pairs.filter((pair) => pair.axis === axis);
  return { better: 'lower', rows: Float64Array.from(own, (pair) => (isFlipped(pair) ? 1 : 0)) };
}
