import type { Example } from '../../data/example.ts';
import { answerText } from '../example-text.ts';
import type { Prediction } from '../predictor.ts';
import { missingInput } from './missing-input.ts';

/** One row's probability by class, and its true class. */
export interface ClassProbabilities {
  scores: Readonly<Record<string, number>>;
  truth: string;
  /** Of the true class; 0 where the predictor does not know it. */
  ofTruth: number;
}

/** @throws AttuneError E_METRIC_INPUT where the prediction has no scores */
export function classProbabilities(prediction: Prediction, example: Example): ClassProbabilities {
  const { scores } = prediction;
  if (scores === undefined) {
    throw missingInput(prediction, 'the probability of each class', 'scores', {
      fix: 'use it with a predictor that chooses among known classes',
    });
  }
  const truth = answerText(example).trim();
  return { scores, truth, ofTruth: probabilityOf(scores, truth) };
}

/** The probability of one class; 0 where the predictor does not know it. */
export function probabilityOf(scores: Readonly<Record<string, number>>, label: string): number {
  // Not what every object inherits: a class may be called "constructor".
  return Object.hasOwn(scores, label) ? scores[label] : 0;
}

/** The class with the highest probability, the first of equals, and that probability. */
export function mostLikely(scores: Readonly<Record<string, number>>): { label: string; probability: number } {
  let best = { label: '', probability: -Infinity };
  for (const [label, probability] of Object.entries(scores))
    if (probability > best.probability) best = { label, probability };
  return best;
}
