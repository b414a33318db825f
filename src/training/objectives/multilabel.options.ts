import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { classWeights, costs, labelNames, threshold } from './labels.options.ts';

/** Assigns any number of labels to each text, with a new head. */
export const options = z.strictObject({
  labels: labelNames.describe('label names in the order of the head (default: those of the training rows, sorted)'),
  class_weights: classWeights
    .meta({ shown: 'balanced|{LABEL: NUMBER}' })
    .describe('weight of rows that have the label; balanced: the same total weight as the rows without it'),
  threshold: threshold
    .default('auto')
    .describe('probability at or above which a label is assigned; auto: tuned per label on validation rows'),
  costs: costs
    .meta({ shown: '{LABEL: {missed: NUMBER, false_alarm: NUMBER}}' })
    .describe(
      'costs of missing a label and of assigning it wrongly; sets its threshold to the one with the ' +
        'lowest cost on validation rows',
    ),
});

export type MultiLabelOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./multilabel.ts'),
});
