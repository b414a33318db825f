import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { labelNames } from './labels.options.ts';

/** A tag per word, with a new head. */
export const options = z.strictObject({
  labels: labelNames.describe('tag names in the order of the head (default: those of the training rows, sorted)'),
});

export type TokenClassificationOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./token_classification.ts'),
});
