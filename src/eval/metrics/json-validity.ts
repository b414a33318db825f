import { parseObject } from './compared.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

/** Share of answers that are one JSON object and nothing else. */
export const jsonValidity: MetricDefinition = {
  name: 'json_validity',
  title: 'valid JSON',
  better: 'higher',
  best: 1,
  reads: 'text',
  checksForm: true,
  options: [],
  create: () => rowMetric((prediction) => (parseObject(prediction.text ?? '') === undefined ? 0 : 1)),
};
