import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';
import { adamOptions, decoupledWeightDecay } from './adam-options.ts';

/** Adam, with decoupled weight decay unless asked otherwise; the decay itself is training.weight_decay. */
export const options = z.strictObject({
  ...adamOptions,
  amsgrad: z.boolean().default(false).describe('divide by the largest second moment so far (Reddi et al., 2018)'),
  decoupled_weight_decay: decoupledWeightDecay(true),
});

export type AdamwOptions = z.output<typeof options>;

export const method = defineUpdate({
  options,
  run: () => import('./adamw.ts'),
});
