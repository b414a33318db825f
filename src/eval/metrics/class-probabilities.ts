import type { Example } from '../../data/example.ts';
import { answerText, rowLabels } from '../example-text.ts';
import type { Prediction } from '../predictor.ts';
import { refuseSets } from './compared.ts';
import { missingInput } from './missing-input.ts';

/** One row's probability by class, and its true class. */
export interface ClassProbabilities {
  scores: Readonly<Record<string, number>>;
  truth: string;
  /** Of the true class; 0 where the predictor does not know it. */
  ofTruth: number;
}

function scoresOf(prediction: Prediction): Readonly<Record<string, number>> {
  if (prediction.scores !== undefined) return prediction.scores;
  throw missingInput(prediction, 'the probability of each class', 'scores', {
    fix: 'use it with a predictor that chooses among known classes',
  });
}

/** @throws AttuneError E_METRIC_INPUT where the prediction has no scores; E_METRIC_ROWS where rows may have several classes */
export function classProbabilities(prediction: Prediction, example: Example): ClassProbabilities {
  refuseSets(example);
  const scores = scoresOf(prediction);
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

/** The probability of one class, and whether the row has it. */
export interface LabelProbability {
  label: string;
  probability: number;
  isTrue: boolean;
}

/** Every class of a row that may have any number of them; one that the predictor does not know has probability 0. */
export function labelProbabilities(prediction: Prediction, example: Example): LabelProbability[] {
  const scores = scoresOf(prediction);
  const truth = rowLabels(example);
  const labels = new Set([...Object.keys(scores), ...truth]);
  return [...labels].map((label) => ({
    label,
    probability: probabilityOf(scores, label),
    isTrue: truth.includes(label),
  }));
}
