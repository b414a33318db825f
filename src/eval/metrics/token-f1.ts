import { greatest } from '../../base/many.ts';
import { comparedAnswers } from './compared.ts';
import { answerWords } from './english/answer-words.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

/**
 * Overlap of the two bags of words as F1, averaged over rows, with SQuAD's normalisation of English answers. Of several
 * right answers the nearest counts.
 */
export const tokenF1: MetricDefinition = {
  name: 'token_f1',
  title: 'token F1',
  better: 'higher',
  best: 1,
  reads: 'text',
  create: (options) =>
    rowMetric((prediction, example) => {
      const { predicted, references } = comparedAnswers(prediction, example, options);
      const words = answerWords(predicted);
      return greatest(references.map((reference) => bagF1(words, answerWords(reference))));
    }),
};

/** F1 of two bags; two empty ones agree. */
function bagF1(predicted: readonly string[], reference: readonly string[]): number {
  if (predicted.length === 0 || reference.length === 0) return predicted.length === reference.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of reference) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of predicted) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    common++;
    left.set(word, count - 1);
  }
  return (2 * common) / (predicted.length + reference.length);
}
