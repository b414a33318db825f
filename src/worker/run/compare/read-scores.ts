// C classes
import type { Prediction } from '../../../eval/predictor.ts';
import { joinLabels } from '../../../eval/example-text.ts';
import { chosenLabels, type Thresholds } from '../../../eval/thresholds.ts';
import type { RawConfig } from '../../../models/config.ts';
import type { SequenceHead } from '../../../models/heads/sequence.ts';

type Answer = Pick<Prediction, 'text' | 'label' | 'labels' | 'scores'>;

/** The answer that a head's scores [C] of one row mean. */
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
  const most = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const probabilities = weights.map((weight) => weight / total);
  const thresholds = thresholdsOf(config);
  const positive = labels.length === 2 ? labels.findIndex((label) => Object.hasOwn(thresholds, label)) : -1;
  const likeliest = probabilities.indexOf(Math.max(...probabilities));
  const chosen = positive < 0 || probabilities[positive] >= thresholds[labels[positive]];
  const best = positive < 0 ? likeliest : chosen ? positive : 1 - positive;
  return { text: labels[best], label: labels[best], scores: named(probabilities, labels) };
}

function severalOf(scores: readonly number[], labels: readonly string[], config: RawConfig): Answer {
  const probabilities = scores.map((score) => 1 / (1 + Math.exp(-score)));
  const found = named(probabilities, labels);
  const given = chosenLabels(found, thresholdsOf(config));
  return { text: joinLabels(given), labels: given, scores: found };
}

function scaled(score: number, { label_scaling: scaling }: RawConfig): number {
  const { mean = 0, deviation = 1 } = (scaling ?? {}) as { mean?: number; deviation?: number };
  return score * deviation + mean;
}

function named(probabilities: readonly number[], labels: readonly string[]): Record<string, number> {
  return Object.fromEntries(labels.map((label, c) => [label, probabilities[c]]));
}
