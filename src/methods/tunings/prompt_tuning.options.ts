import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { savedModules } from './target-options.ts';
import { virtualTokenCount, virtualTokenKeys } from './virtual-token-options.ts';

/** Trained vectors before every row, instead of tokens, and nothing else (Lester et al., 2021). */
export const options = z.strictObject({
  num_virtual_tokens: virtualTokenCount('number of vectors in front of every row', 50),
  prompt_tuning_init: z
    .enum(['auto', 'rows', 'sample_vocab', 'random'])
    .default('auto')
    .describe(
      'initial vectors: those of tokens of training rows, of randomly drawn tokens, or random numbers; auto: rows, ' +
        'or drawn tokens if the optimizer limits what may be learnt from each row',
    ),
  ...savedModules,
});

export type PromptTuningOptions = z.output<typeof options>;

const config = z.object({
  ...virtualTokenKeys,
  prompt_tuning_init: z.string().nullish(),
  prompt_tuning_init_text: z.string().nullish(),
  tokenizer_name_or_path: z.string().nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  virtualTokens: ({ num_virtual_tokens }) => num_virtual_tokens,
  peft: {
    types: ['PROMPT_TUNING'],
    config,
    read: ({ num_virtual_tokens }): PromptTuningOptions => ({
      num_virtual_tokens,
      prompt_tuning_init: 'random',
      modules_to_save: [],
    }),
  },
  rate: { like: 'lora', times: [40, 100] },
  run: () => import('./prompt_tuning.ts'),
});
