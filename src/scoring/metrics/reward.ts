import { missingInput, rowMetric, type MetricDefinition } from './metric.ts';

/** Mean reward of answers, by the reward functions of the run that is judged. */
export const reward: MetricDefinition = {
  name: 'reward',
  title: 'mean reward',
  better: 'higher',
  reads: 'reward',
  create: () =>
    rowMetric((prediction) => {
      if (prediction.reward !== undefined) return prediction.reward;
      throw missingInput(prediction, 'the reward of each answer', 'reward', {
        fix: 'compare a run that was trained on rewards',
      });
    }),
};
