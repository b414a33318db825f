import { errorRate, spacedWords } from './error-rate.ts';
import type { MetricDefinition } from './metric.ts';

/** Phoneme error rate: edits per reference symbol, symbols separated by white space ("HH AH L OW"). */
export const phonemeErrorRate: MetricDefinition = {
  name: 'phoneme_error_rate',
  title: 'phoneme error rate',
  better: 'lower',
  best: 0,
  reads: 'text',
  create: (options) => errorRate(spacedWords, options),
};
