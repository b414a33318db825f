import { z } from 'zod';
import { defineObjective } from '../../train/method.ts';
import { kl_to_base } from './base-kl.options.ts';

/** Every token of plain text. */
export const options = z.strictObject({ kl_to_base });

export type PretrainOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./pretrain.ts'),
});
