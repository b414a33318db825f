// C classes
import { chosenLabel, chosenLabels, type Thresholds } from '../../../scoring/chosen-labels.ts';
import type { Prediction } from '../../../scoring/predictor.ts';
import { softmax } from '../../../scoring/softmax.ts';
import { joinLabels } from '../../../data/kinds/multilabel.ts';
import type { RawConfig } from '../../../models/raw-config.ts';
import type { SequenceHead } from '../../../models/heads/sequence.ts';

type Answer = Pick<Prediction, 'text' | 'label' | 'labels' | 'scores'>;

/** Converts a head's scores [C] of one row to its answer. */
export function readScores(
  scores: readonly number[],
  { labels, problemType }: Pick<SequenceHead, 'labels' | 'problemType'>,
  config: RawConfig,
): Answer {
  if (problemType === 'regression') return { text: String(scaled(scores[0], config)) };
  const read = problemType === 'multi_label_classification' ? severalOf : oneOf;
  return read(scores, labels, config);
}

function thresholdsOf({ label_thresholds: thresholds }: RawConfig): Thresholds {
  return (thresholds ?? {}) as Thresholds;
}

function oneOf(scores: readonly number[], labels: readonly string[], config: RawConfig): Answer {
  const probabilities = softmax(scores);
  const label = chosenLabel(probabilities, labels, thresholdsOf(config));
  return { text: label, label, scores: named(probabilities, labels) };
}

function severalOf(scores: readonly number[], labels: readonly string[], config: RawConfig): Answer {
  const probabilities = scores.map((score) => 1 / (1 + Math.exp(-score)));
  const given = chosenLabels(probabilities, labels, thresholdsOf(config));
  return { text: joinLabels(given), labels: given, scores: named(probabilities, labels) };
}

function scaled(score: number, { label_scaling: scaling }: RawConfig): number {
  const { mean = 0, deviation = 1 } = (scaling ?? {}) as { mean?: number; deviation?: number };
  return score * deviation + mean;
}

function named(probabilities: readonly number[], labels: readonly string[]): Record<string, number> {
  return Object.fromEntries(labels.map((label, c) => [label, probabilities[c]]));
}
