import { classProbabilities } from './class-probabilities.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

const K = 5;

/** Share of rows whose true class is among the k most likely (5 by default); equal probabilities count against it. */
export const topK: MetricDefinition = {
  name: 'top_k_accuracy',
  title: 'top-k accuracy',
  better: 'higher',
  best: 1,
  reads: 'scores',
  options: ['k'],
  create: ({ k = K } = {}) =>
    rowMetric((prediction, example) => {
      const { scores, truth, ofTruth } = classProbabilities(prediction, example);
      if (!Object.hasOwn(scores, truth)) return 0;
      const ahead = Object.entries(scores).filter(([label, score]) => label !== truth && score >= ofTruth).length;
      return ahead < k ? 1 : 0;
    }),
};
