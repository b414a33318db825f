/** Whether a source supports an answer, by a classifier that ships with attune (makers/support-classifier). */
import { fileURLToPath } from 'node:url';
import { readJson } from '../../files/json.ts';
import { sentencesOf } from '../safety/answer-features.ts';
import { ReadSource, SUPPORT_FEATURES } from './support-features.ts';

export interface SupportModel {
  /** One for each of `SUPPORT_FEATURES`. */
  weights: readonly number[];
  intercept: number;
  /** Accuracy on sentences of held-out documents. */
  accuracy: number;
}

let model: SupportModel | undefined;

export function supportModel(): SupportModel {
  const path = fileURLToPath(new URL('../../../assets/safety/support.json', import.meta.url));
  return (model ??= readJson<SupportModel>(path));
}

/** Probability that a source supports a sentence. */
export function supportOf(sentence: string, source: ReadSource): number {
  const { weights, intercept } = supportModel();
  const features = source.featuresOf(sentence);
  const logit = SUPPORT_FEATURES.reduce((sum, _, i) => sum + weights[i] * features[i], intercept);
  return 1 / (1 + Math.exp(-logit));
}

/** Whether all sentences of an answer are supported. */
export function isSupported(answer: string, source: string): boolean {
  const read = new ReadSource(source);
  return sentencesOf(answer).every((sentence) => supportOf(sentence, read) >= 0.5);
}
