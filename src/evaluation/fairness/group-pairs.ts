import type { Example } from '../../data/example.ts';
import type { Axis } from '../../data/fairness/axes.ts';
import type { Change } from '../../data/fairness/edits.ts';
import { neutralText } from '../../data/fairness/neutral.ts';
import type { Prediction } from '../../scoring/predictor.ts';

/** Two rows that differ only in a group. */
export interface ReadPair {
  axis: Axis;
  original: Example;
  changed: Example;
  /** Groups mentioned in the original and in the changed row. */
  groups: readonly [string, string];
  changes: readonly Change[];
}

export interface AnsweredPair extends ReadPair {
  answers: readonly [Prediction, Prediction];
}

/** Whether the answers differ in more than the words that were changed in the rows. */
export function isFlipped({ answers: [original, changed], changes }: AnsweredPair): boolean {
  if (original.label !== undefined || original.labels !== undefined) return answerOf(original) !== answerOf(changed);
  return neutralText(answerOf(original), changes) !== neutralText(answerOf(changed), changes);
}

export function answerOf({ text, label, labels }: Prediction): string {
  return label ?? labels?.toSorted().join(', ') ?? text?.trim() ?? '';
}
