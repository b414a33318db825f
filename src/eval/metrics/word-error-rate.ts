import { errorRate, spacedWords } from './error-rate.ts';
import type { MetricDefinition } from './metric.ts';

/** Word error rate: edits per reference word, words separated by white space; case and punctuation count. */
export const wordErrorRate: MetricDefinition = {
  name: 'word_error_rate',
  title: 'word error rate',
  better: 'lower',
  best: 0,
  reads: 'text',
  create: (options) => errorRate(spacedWords, options),
};
