import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';
import { adamOptions, decoupledWeightDecay } from './adam-options.ts';

/** Adam that looks a step ahead (Dozat, 2016). */
export const options = z.strictObject({
  ...adamOptions,
  momentum_decay: z.number().min(0).default(4e-3).describe('how fast the share of the mean gradient rises to beta1'),
  decoupled_weight_decay: decoupledWeightDecay(false),
});

export type NadamOptions = z.output<typeof options>;

export const method = defineUpdate({ options, run: () => import('./nadam.ts') });
