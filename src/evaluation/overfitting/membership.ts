import type { Membership } from '../assessments/overfitting.ts';
import { mean, variance } from '../../scoring/statistics/moments.ts';
import { normalQuantile } from '../../scoring/statistics/normal.ts';

/**
 * Membership inference by loss: the probability that a training row has a lower loss than another row (AUC), with
 * DeLong's interval. 0.5 is chance. Losses may be relative to those of a model that saw neither.
 */
export function membershipAuc(training: readonly number[], others: readonly number[]): Membership {
  const wins = (seen: number, unseen: number) => (seen < unseen ? 1 : seen === unseen ? 0.5 : 0);
  const ofTraining = training.map((seen) => mean(others.map((unseen) => wins(seen, unseen))));
  const ofOthers = others.map((unseen) => mean(training.map((seen) => wins(seen, unseen))));
  const auc = mean(ofTraining);
  const errors = [ofTraining, ofOthers].map((wins) => (wins.length < 2 ? 0 : variance(wins) / wins.length));
  const half = normalQuantile(0.975) * Math.sqrt(errors[0] + errors[1]);
  return {
    auc,
    low: Math.max(0, auc - half),
    high: Math.min(1, auc + half),
    trainingRows: training.length,
    otherRows: others.length,
  };
}
