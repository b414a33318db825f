import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { baseKlOptions } from './base-kl.options.ts';

/** Trains on every token of plain text. */
export const options = z.strictObject(baseKlOptions);

export type PretrainOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./pretrain.ts'),
});
