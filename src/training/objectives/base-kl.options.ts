import { z } from 'zod';

/** Options of objectives that predict tokens. */
export const baseKlOptions = {
  kl_to_base: z
    .number()
    .min(0)
    .default(0)
    .describe(
      "weight of KL(base ‖ model) at each trained token, which keeps the model's answers close to the base's; 0: off",
    ),
  first_kl_to_base: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      'the same weight for the first tokens of each answer, which decide whether the model refuses; null: as kl_to_base',
    ),
  first_tokens: z
    .int()
    .min(1)
    .default(5)
    .describe('number of first tokens per answer that first_kl_to_base applies to'),
};

export interface BaseKlOptions {
  kl_to_base: number;
  first_kl_to_base: number | null;
  first_tokens: number;
}
