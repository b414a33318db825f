import { greatest } from '../../base/many.ts';
import type { Prediction } from '../predictor.ts';
import { meanOfRows, type MetricDefinition, type MetricResult, missingInput, noRows, RowValues } from './metric.ts';
import { reliability } from './probability-metrics.ts';

const BINS = 10;

/** Share of pairs whose chosen answer is preferred to the rejected one; a tie counts half. */
function accuracyBy(
  names: Pick<MetricDefinition, 'name' | 'title'>,
  marginOf: (prediction: Prediction) => number | undefined,
): MetricDefinition {
  return {
    ...names,
    better: 'higher',
    best: 1,
    reads: 'margin',
    create() {
      const values = new RowValues();
      const sums = new Float64Array(3 * BINS);
      return {
        add(prediction) {
          const right = (Math.sign(marginOf(prediction) ?? missing(prediction)) + 1) / 2;
          values.push(right);
          if (prediction.scores !== undefined) count(sums, greatest(Object.values(prediction.scores)), right);
          return right;
        },
        result(): MetricResult {
          if (values.count === 0) throw noRows();
          const result = meanOfRows(values);
          const bins = reliability(sums);
          return bins.length === 0 ? result : { ...result, details: { ...result.details, bins } };
        },
        get rows() {
          return values.view;
        },
      };
    },
  };
}

/**
 * By the score of a reward model, otherwise by the likelihood of whole answers. For models with a confidence (reward
 * models, by Bradley–Terry) `details.bins` is the reliability diagram: accuracy by margin.
 */
export const preferenceAccuracy = accuracyBy(
  { name: 'preference_accuracy', title: 'preference accuracy' },
  ({ margin }) => margin,
);

/** The measure of objectives that compare means over tokens (orpo, simpo). */
export const preferencePerToken = accuracyBy(
  { name: 'preference_accuracy_per_token', title: 'preference accuracy (likelihood per token)' },
  ({ margins, margin }) => margins?.per_token ?? margin,
);

/**
 * The measure of dpo: the gain in likelihood over the reference. The reference itself has no preference and scores one
 * half.
 */
export const preferenceAgainstReference = accuracyBy(
  { name: 'preference_accuracy_reference', title: 'preference accuracy (reward against the base)' },
  ({ margins, margin }) => (margins === undefined ? margin : margins.reference),
);

/** Bins are open below and closed above. */
function count(sums: Float64Array, confidence: number, right: number): void {
  const start = 3 * Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1));
  for (const [i, value] of [1, confidence, right].entries()) sums[start + i] += value;
}

function missing(prediction: Prediction): never {
  throw missingInput(prediction, 'by how much an answer of a pair is preferred', 'margin', {
    fix: 'use it on pairs of a chosen and a rejected answer',
  });
}
