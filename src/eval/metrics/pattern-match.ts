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
    const pattern = new RegExp(options?.pattern ?? String.raw`\S`, 'u');
    return rowMetric((prediction, example) => {
      return pattern.test(compared(prediction, example, options).predicted.trim()) ? 1 : 0;
    });
  },
};
