import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { savedModules } from './target-options.ts';
import { virtualTokenCount, virtualTokenKeys } from './virtual-token-options.ts';

/** Trained keys and values before every row, in every layer (Li and Liang, 2021). */
export const options = z.strictObject({
  num_virtual_tokens: virtualTokenCount('number of key-value vectors in front of every row'),
  prefix_projection: z
    .boolean()
    .default(false)
    .describe('compute them with a small network during training, which is more stable'),
  encoder_hidden_size: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe("hidden width of that network (default: the embedding's)"),
  ...savedModules,
});

export type PrefixOptions = z.output<typeof options>;

const config = z.object({
  ...virtualTokenKeys,
  prefix_projection: z.boolean().nullish(),
  encoder_hidden_size: z.int().nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  virtualTokens: ({ num_virtual_tokens }) => num_virtual_tokens,
  peft: {
    types: ['PREFIX_TUNING'],
    config,
    read: ({ num_virtual_tokens, prefix_projection, encoder_hidden_size }): PrefixOptions => ({
      num_virtual_tokens,
      prefix_projection: prefix_projection ?? false,
      encoder_hidden_size: encoder_hidden_size ?? null,
      modules_to_save: [],
    }),
  },
  rate: { like: 'lora', times: [50, 30] },
  run: () => import('./prefix.ts'),
});
