import type { Prediction } from '../predictor.ts';
import { type MetricDefinition, missingInput, rowMetric } from './metric.ts';

/** Share of pairs whose chosen answer is preferred to the rejected one; a tie counts half. */
export const preferenceAccuracy: MetricDefinition = {
  name: 'preference_accuracy',
  title: 'preference accuracy',
  better: 'higher',
  best: 1,
  reads: 'margin',
  create: () => rowMetric((prediction) => (Math.sign(prediction.margin ?? missing(prediction)) + 1) / 2),
};

function missing(prediction: Prediction): never {
  throw missingInput(prediction, 'by how much an answer of a pair is preferred', 'margin', {
    fix: 'use it on pairs of a chosen and a rejected answer',
  });
}
