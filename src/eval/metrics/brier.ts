import { classProbabilities, labelProbabilities, probabilityOf } from './class-probabilities.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

/**
 * Brier score: squared distance of the probabilities from certainty of the true class, summed over classes; halved for
 * two classes, where both terms are the same (as scikit-learn's scale_by_half="auto"). Of rows with any number of
 * classes, the mean over the classes of that of having it or not.
 */
export const brier: MetricDefinition = {
  name: 'brier',
  title: 'Brier score',
  better: 'lower',
  best: 0,
  reads: 'scores',
  create: () =>
    rowMetric((prediction, example) => {
      if (example.kind === 'multilabel') {
        const all = labelProbabilities(prediction, example);
        const distance = all.reduce((total, one) => total + (one.probability - (one.isTrue ? 1 : 0)) ** 2, 0);
        return distance / Math.max(1, all.length);
      }
      const { scores, truth } = classProbabilities(prediction, example);
      const labels = new Set([...Object.keys(scores), truth]);
      let sum = 0;
      for (const label of labels) sum += (probabilityOf(scores, label) - (label === truth ? 1 : 0)) ** 2;
      return labels.size <= 2 ? sum / 2 : sum;
    }),
};
