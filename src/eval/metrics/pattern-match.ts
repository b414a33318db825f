import { AttuneError } from '../../base/errors.ts';
import { compared } from './compared.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

/** Share of answers that have the form asked for: that match a regular expression, by default that are not empty. */
export const patternMatch: MetricDefinition = {
  name: 'pattern_match',
  title: 'right form',
  better: 'higher',
  best: 1,
  reads: 'text',
  checksForm: true,
  options: ['field', 'pattern'],
  create(options) {
    const pattern = compiled(options?.pattern ?? String.raw`\S`);
    return rowMetric((prediction, example) => {
      return pattern.test(compared(prediction, example, options).predicted.trim()) ? 1 : 0;
    });
  },
};

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (error) {
    throw new AttuneError('E_METRIC_OPTION', {
      what: 'The option pattern is no regular expression',
      got: (error as Error).message,
      expected: "a pattern as in JavaScript with the flag u: '^[0-9]{4}$'",
    });
  }
}
