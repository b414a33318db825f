import { greatest } from '../base/many.ts';
import { entryOf } from '../base/table.ts';

/** Minimum probability of each label. A binary classifier has a threshold for one label only. */
export type Thresholds = Readonly<Record<string, number>>;

/** Chooses one class: the most likely, or for two classes by the threshold of one of them. */
export function chosenLabel(
  probabilities: readonly number[],
  labels: readonly string[],
  thresholds: Thresholds = {},
): string {
  const positive = labels.length === 2 ? labels.findIndex((label) => Object.hasOwn(thresholds, label)) : -1;
  if (positive < 0) return labels[probabilities.indexOf(greatest(probabilities))];
  return labels[probabilities[positive] >= entryOf(thresholds, labels[positive]) ? positive : 1 - positive];
}

/** Default threshold. */
export const EVEN = 0.5;

/** Chooses any number of classes, sorted. */
export function chosenLabels(
  probabilities: readonly number[],
  labels: readonly string[],
  thresholds: Thresholds = {},
): string[] {
  const limit = (label: string) => (Object.hasOwn(thresholds, label) ? thresholds[label] : EVEN);
  return labels.filter((label, c) => probabilities[c] >= limit(label)).toSorted();
}
