import { compared } from './compared.ts';
import { characters, symbolDistance } from './edit-distance.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

/** 1 - edit distance / length of the longer text, in characters; mean of the rows. */
export const editSimilarity: MetricDefinition = {
  name: 'edit_similarity',
  title: 'edit similarity',
  better: 'higher',
  best: 1,
  reads: 'text',
  create: (options) =>
    rowMetric((prediction, example) => {
      const texts = compared(prediction, example, options);
      const predicted = characters(texts.predicted);
      const reference = characters(texts.reference);
      const longer = Math.max(predicted.length, reference.length);
      return longer === 0 ? 1 : 1 - symbolDistance(predicted, reference) / longer;
    }),
};
