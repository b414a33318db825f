import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { classWeights, costs, labelNames, threshold } from './labels.options.ts';

/** Assigns one label to each text, with a new head. */
export const options = z.strictObject({
  labels: labelNames
    .refine((labels) => labels === null || labels.length > 1, 'a classifier needs at least two labels')
    .describe('label names in the order of the head (default: those of the training rows, sorted)'),
  class_weights: classWeights
    .meta({ shown: 'balanced|{LABEL: NUMBER}' })
    .describe('weight of rows by label; balanced: rare labels count as much as frequent ones'),
  threshold: threshold
    .nullable()
    .default(null)
    .describe(
      'with two labels, the probability at or above which the second is chosen; auto: tuned on validation rows, ' +
        'as is usual if one label has less than a tenth of the rows',
    ),
  costs: costs
    .meta({ shown: '{LABEL: {missed: NUMBER, false_alarm: NUMBER}}' })
    .describe(
      'with two labels, the costs of missing one and of predicting it wrongly; sets the threshold with ' +
        'the lowest cost on validation rows',
    ),
});

export type ClassificationOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./classification.ts'),
});
