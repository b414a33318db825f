import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { classWeights, costs, labelNames, threshold } from './labels.options.ts';

/** Any number of labels for each text, by a new head. */
export const options = z.strictObject({
  labels: labelNames.describe("label names in the head's order; those of the training rows, sorted, unless given"),
  class_weights: classWeights
    .meta({ shown: 'balanced|{LABEL: NUMBER}' })
    .describe('how much a row that has the label counts; balanced: as much in all as those without it'),
  threshold: threshold
    .default('auto')
    .describe('probability from which a label is given; auto: found for each label on validation rows'),
  costs: costs
    .meta({ shown: '{LABEL: {missed: NUMBER, false_alarm: NUMBER}}' })
    .describe('what it costs to miss a label and to give it wrongly; its threshold costs least on validation rows'),
});

export type MultiLabelOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./multilabel.ts'),
});
