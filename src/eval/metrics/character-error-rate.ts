import { characters } from './edit-distance.ts';
import { errorRate } from './error-rate.ts';
import type { MetricDefinition } from './metric.ts';

/** Character error rate: edits per reference character, outer white space aside. */
export const characterErrorRate: MetricDefinition = {
  name: 'character_error_rate',
  title: 'character error rate',
  better: 'lower',
  best: 0,
  reads: 'text',
  create: (options) => errorRate((text) => characters(text.trim()), options),
};
