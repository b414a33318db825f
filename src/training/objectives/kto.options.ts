import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

export const weight = (answers: string) => z.number().positive().default(1).describe(`weight of ${answers} answers`);

export const referenceOptions = {
  ref_model: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('folder or name of the reference (default: the base model)'),
  precompute_ref_log_probs: z
    .boolean()
    .default(false)
    .describe('compute the log-probabilities of the reference once and keep them on disk'),
};

/** Trains on answers with thumbs up or down. */
export const options = z.strictObject({
  loss_type: z.enum(['kto', 'apo_zero_unpaired']).default('kto').describe("TRL's names"),
  beta: z.number().positive().default(0.1).describe('how strongly the model is tied to the reference'),
  desirable_weight: weight('good'),
  undesirable_weight: weight('bad'),
  ...referenceOptions,
});

export type KtoOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./kto.ts'),
});
