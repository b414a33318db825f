import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Predicts each item from those before it, among all items. */
export const options = z.strictObject({});

export type NextItemOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  // Recommenders start from scratch, so they need larger steps than fine-tuning.
  recipeDefaults: { training: { learning_rate: 1e-3, batch_size: 64 } },
  run: () => import('./next-item.ts'),
});
