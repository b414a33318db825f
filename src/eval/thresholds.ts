import { joinLabels } from './example-text.ts';
import type { Prediction, Predictor } from './predictor.ts';

/** By label: the probability from which it is given. Of a classifier's two labels only one has it. */
export type Thresholds = Readonly<Record<string, number>>;

/** Where nothing else is said. */
export const EVEN = 0.5;

/** The class that the probabilities mean: the likeliest, or by its threshold the one of two that has one. */
export function chosenClass(scores: Readonly<Record<string, number>>, thresholds: Thresholds = {}): string {
  const labels = Object.keys(scores);
  const positive = labels.length === 2 ? labels.find((label) => Object.hasOwn(thresholds, label)) : undefined;
  if (positive !== undefined)
    return scores[positive] >= thresholds[positive] ? positive : labels.find((label) => label !== positive)!;
  return labels.reduce((best, label) => (scores[label] > scores[best] ? label : best));
}

/** The labels whose probability reaches their threshold, or else a half, sorted. */
export function chosenLabels(scores: Readonly<Record<string, number>>, thresholds: Thresholds = {}): string[] {
  const limit = (label: string) => (Object.hasOwn(thresholds, label) ? thresholds[label] : EVEN);
  return Object.keys(scores)
    .filter((label) => scores[label] >= limit(label))
    .toSorted();
}

type Answer = Pick<Prediction, 'text' | 'label' | 'labels' | 'scores'>;

/** An answer read again by thresholds; as it is where it has no probabilities. */
export function decide({ scores, labels }: Answer, thresholds: Thresholds): Pick<Answer, 'text' | 'label' | 'labels'> {
  if (scores === undefined) return {};
  if (labels !== undefined) {
    const given = chosenLabels(scores, thresholds);
    return { text: joinLabels(given), labels: given };
  }
  const label = chosenClass(scores, thresholds);
  return { text: label, label };
}

/** A predictor whose probabilities are read by thresholds. */
export function withThresholds(predictor: Predictor, thresholds: Thresholds): Predictor {
  const { name, note } = predictor;
  return {
    name,
    note,
    async predict(examples, options) {
      const predictions = await predictor.predict(examples, options);
      return predictions.map((answer) => ({ ...answer, ...decide(answer, thresholds) }));
    },
  };
}
