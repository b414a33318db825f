import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';
import { options as adamw } from './adamw.options.ts';

/**
 * Differentially private steps (Abadi et al., 2016): each row's gradient is bounded and noise hides what a single row
 * changed, with a known bound (epsilon, delta); the noisy gradients are followed by AdamW.
 */
export const options = z.strictObject({
  target_epsilon: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('what all steps may cost; the noise is found from it; 8 where no noise_multiplier is given'),
  noise_multiplier: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('standard deviation of the noise, in max_row_norm; in place of target_epsilon'),
  delta: z
    .number()
    .gt(0)
    .lt(1)
    .nullable()
    .default(null)
    .describe('chance that the bound does not hold; a tenth of one by the number of rows unless given'),
  max_row_norm: z.number().positive().default(1).describe("each row's gradient is cut to this norm"),
  accountant: z.enum(['prv', 'rdp']).default('prv').describe('how the cost is computed: prv is tighter, rdp quicker'),
  ...adamw.shape,
});

type Written = z.output<typeof options>;

export type DpSgdOptions = Written & ({ target_epsilon: number } | { noise_multiplier: number });

export const method = defineUpdate({
  options: options.refine((given) => given.target_epsilon === null || given.noise_multiplier === null, {
    path: ['noise_multiplier'],
    error: 'one of target_epsilon and noise_multiplier decides, not both',
  }),
  complete: (given): Written =>
    given.noise_multiplier === null ? { ...given, target_epsilon: given.target_epsilon ?? 8 } : given,
  isPrivate: true,
  run: () => import('./dp_sgd.ts'),
});
