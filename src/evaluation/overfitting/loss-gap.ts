import type { LossGap } from '../assessments/overfitting.ts';
import type { Likelihood } from '../../scoring/predictor.ts';
import { Resampling, spreadInterval, type Spread } from '../../scoring/statistics/index.ts';

/** Likelihood of one row's answer, and its group, if any. */
export interface GapRow extends Likelihood {
  group?: string;
}

export interface GapOptions {
  /** Default 0.95. */
  confidence?: number;
  seed?: number;
}

const RESAMPLES = 5000;

/** Difference in loss between validation and training answers, with its interval. The two sets are disjoint. */
export function lossGap(
  training: readonly GapRow[],
  validation: readonly GapRow[],
  { confidence = 0.95, seed = 0 }: GapOptions = {},
): LossGap {
  // Independent draws for the two sets, since their rows are not paired.
  const [seen, unseen] = [training, validation].map((rows, set) =>
    new Resampling(rows.length, { clusters: groupsOf(rows), resamples: RESAMPLES, seed: 2 * seed + set }).spread(
      lossOf(rows),
    ),
  );
  const { low, high, estimate } = spreadInterval(difference(unseen, seen), { confidence });
  return {
    training: seen.estimate,
    validation: unseen.estimate,
    trainingRows: training.length,
    validationRows: validation.length,
    gap: estimate,
    low,
    high,
  };
}

/** Clusters for resampling: rows of one group together, each row without a group alone. */
function groupsOf(rows: readonly GapRow[]): string[] {
  return rows.map(({ group }, row) => (group === undefined ? `row ${row}` : `group ${group}`));
}

function lossOf(rows: readonly Likelihood[]): (indices: Uint32Array) => number {
  return (indices) => {
    let [nats, tokens] = [0, 0];
    for (let i = 0; i < indices.length; i++) {
      nats += rows[indices[i]].negativeLogLikelihood;
      tokens += rows[indices[i]].tokens;
    }
    return nats / tokens;
  };
}

/** Difference of two independent samples; the jackknife leaves out one row of one sample at a time. */
function difference(a: Spread, b: Spread): Spread {
  const isSure = a.jackknife.length > 1 && b.jackknife.length > 1;
  const jackknife = isSure
    ? [...a.jackknife.map((value) => value - b.estimate), ...b.jackknife.map((value) => a.estimate - value)]
    : [];
  return {
    estimate: a.estimate - b.estimate,
    values: a.values.map((value, i) => value - b.values[i]),
    jackknife: Float64Array.from(jackknife),
  };
}
