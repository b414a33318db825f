import { comparedLabels } from './compared.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

/** Share of rows with the right class. */
export const accuracy: MetricDefinition = {
  name: 'accuracy',
  title: 'accuracy',
  better: 'higher',
  best: 1,
  reads: 'label',
  create: (options) =>
    rowMetric((prediction, example) => {
      const { predicted, reference } = comparedLabels(prediction, example, options);
      return predicted === reference ? 1 : 0;
    }),
};
