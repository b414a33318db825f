import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { savedModules } from './target-options.ts';
import { virtualTokenCount, virtualTokenKeys } from './virtual-token-options.ts';

/** Virtual tokens, computed by a small network during training (Liu et al., "GPT understands, too", 2021). */
export const options = z.strictObject({
  num_virtual_tokens: virtualTokenCount('number of vectors in front of every row'),
  encoder_reparameterization_type: z.enum(['mlp', 'lstm']).default('mlp').describe('network that computes the vectors'),
  encoder_hidden_size: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe("width of the network (default: the embedding's)"),
  encoder_num_layers: z.int().positive().default(2).describe('number of LSTM layers'),
  ...savedModules,
});

export type PTuningOptions = z.output<typeof options>;

const config = z.object({
  ...virtualTokenKeys,
  encoder_reparameterization_type: z.enum(['MLP', 'LSTM']).nullish(),
  encoder_hidden_size: z.int().nullish(),
  encoder_num_layers: z.int().nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  virtualTokens: ({ num_virtual_tokens }) => num_virtual_tokens,
  peft: {
    types: ['P_TUNING'],
    config,
    read: (written): PTuningOptions => ({
      num_virtual_tokens: written.num_virtual_tokens,
      encoder_reparameterization_type: written.encoder_reparameterization_type === 'LSTM' ? 'lstm' : 'mlp',
      encoder_hidden_size: written.encoder_hidden_size ?? null,
      encoder_num_layers: written.encoder_num_layers ?? 2,
      modules_to_save: [],
    }),
  },
  rate: { like: 'lora', times: [2.5, 15] },
  run: () => import('./p_tuning.ts'),
});
