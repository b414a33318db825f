import type { Membership } from '../../store/overfitting.ts';

/** Two-sided, of a normal distribution. */
const NORMAL_95 = 1.959963984540054;

/**
 * How well losses tell rows that were trained on from others: the chance that one of the former has the lower loss
 * (AUC), with DeLong's interval. 0.5 is chance. Losses may be less those of another model, which knew neither.
 */
export function membershipAuc(training: readonly number[], others: readonly number[]): Membership {
  const wins = (seen: number, unseen: number) => (seen < unseen ? 1 : seen === unseen ? 0.5 : 0);
  const ofTraining = training.map((seen) => mean(others.map((unseen) => wins(seen, unseen))));
  const ofOthers = others.map((unseen) => mean(training.map((seen) => wins(seen, unseen))));
  const auc = mean(ofTraining);
  const error = Math.sqrt(variance(ofTraining) / training.length + variance(ofOthers) / others.length);
  return {
    auc,
    low: Math.max(0, auc - NORMAL_95 * error),
    high: Math.min(1, auc + NORMAL_95 * error),
    trainingRows: training.length,
    otherRows: others.length,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1);
}
