import { z } from 'zod';

/** Keys of objectives that predict tokens. */
export const baseKlOptions = {
  kl_to_base: z
    .number()
    .min(0)
    .default(0)
    .describe("weight of KL(base ‖ model) at each trained token: keeps the base model's ways of answering; 0 for none"),
  first_kl_to_base: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      'the same weight at the first tokens of each answer, which decide whether it refuses; null for kl_to_base',
    ),
  first_tokens: z.int().min(1).default(5).describe('how many tokens of each answer first_kl_to_base is for'),
};

export interface BaseKlOptions {
  kl_to_base: number;
  first_kl_to_base: number | null;
  first_tokens: number;
}
