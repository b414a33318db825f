import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { savedModules } from './target-options.ts';

/** Trains only the rows of some tokens. */
export const options = z.strictObject({
  trainable_tokens: z
    .array(z.union([z.string().min(1), z.int().min(0)], { error: 'expected the text of a token, or its id' }))
    .default([])
    .describe('existing tokens to train, by text or id; new_tokens are always trained'),
  ...savedModules,
});

/** `tables`: for saved adapters, the tokens of each table. */
export type TrainableTokensOptions = z.output<typeof options> & {
  tables?: Readonly<Record<string, readonly number[]>>;
};

const names = z.union([z.string().transform((name) => [name]), z.array(z.string())]);

const config = z.object({
  target_modules: names.nullish(),
  token_indices: z.array(z.int().min(0)).min(1),
  init_weights: z.unknown().optional(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['TRAINABLE_TOKENS'],
    config,
    read: ({ target_modules: tables, token_indices: ids }): TrainableTokensOptions => ({
      trainable_tokens: [],
      modules_to_save: [],
      tables: Object.fromEntries((tables ?? ['embed_tokens']).map((name) => [name, ids])),
    }),
  },
  rate: { like: 'lora', times: [10, 10] },
  run: () => import('./trainable_tokens.ts'),
});
