import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

/**
 * Steps from two losses, without a backward pass (Malladi et al., "MeZO", 2023): the memory of inference, and a hundred
 * times the steps.
 */
export const options = z.strictObject({
  epsilon: z.number().positive().default(1e-3).describe('how far weights are moved along the random direction'),
});

export type MezoOptions = z.output<typeof options>;

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { scheduler: 'constant', learning_rate: 1e-6 } },
  run: () => import('./mezo.ts'),
});
