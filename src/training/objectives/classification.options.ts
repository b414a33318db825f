import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { classWeights, costs, labelNames, threshold } from './labels.options.ts';

/** One label for each text, by a new head. */
export const options = z.strictObject({
  labels: labelNames
    .refine((labels) => labels === null || labels.length > 1, 'a classifier has at least two labels')
    .describe("label names in the head's order; those of the training rows, sorted, unless given"),
  class_weights: classWeights
    .meta({ shown: 'balanced|{LABEL: NUMBER}' })
    .describe('how much a row of each label counts; balanced: rare ones as much as common ones'),
  threshold: threshold
    .nullable()
    .default(null)
    .describe(
      'of two labels, the probability from which the second is chosen; auto: found on validation rows, as is usual where one has less than a tenth of the rows',
    ),
  costs: costs
    .meta({ shown: '{LABEL: {missed: NUMBER, false_alarm: NUMBER}}' })
    .describe(
      'of two labels, what it costs to miss one and to give it wrongly; the threshold costs least on validation rows',
    ),
});

export type ClassificationOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./classification.ts'),
});
