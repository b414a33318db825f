import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Each item from those before it, against all other items. */
export const options = z.strictObject({});

export type NextItemOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  // A model of items starts from nothing: it takes larger steps than one that is tuned.
  recipeDefaults: { training: { learning_rate: 1e-3, batch_size: 64 } },
  run: () => import('./next-item.ts'),
});
