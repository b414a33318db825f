import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { savedModules } from './target-options.ts';

/** Prompts attended to in the last layers, through a gate that is initially closed (Zhang et al., "LLaMA-Adapter", 2023). */
export const options = z.strictObject({
  adapter_len: z
    .int()
    .positive()
    .max(4096)
    .default(10)
    .describe('number of vectors in each layer that its attention can see'),
  adapter_layers: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('number of layers with prompts, counted from the last (default: all)'),
  ...savedModules,
});

export type AdaptionPromptOptions = z.output<typeof options>;

const config = z.object({
  adapter_len: z.int().positive().max(1_000_000),
  adapter_layers: z.int().positive().max(1_000_000),
  target_modules: z.string().nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['ADAPTION_PROMPT'],
    config,
    read: ({ adapter_len, adapter_layers }): AdaptionPromptOptions => ({
      adapter_len,
      adapter_layers,
      modules_to_save: [],
    }),
  },
  rate: { like: 'lora', times: [50, 30] },
  run: () => import('./adaption_prompt.ts'),
});
