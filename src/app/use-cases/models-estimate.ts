import type { RecipeFlags, RecipeInput } from '../recipe/index.ts';
import { defineUseCase } from './use-case.ts';
import type { JobResult } from '../../jobs/worker/index.ts';

export type ModelEstimate = JobResult<'estimate'> & {
  tokens: number;
  /** Quantisation of its weights. They are dequantised when loaded, so memory is that of dense weights. */
  quantisation?: string;
};

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'estimate memory, time and cost of tuning a model, on this machine and on common GPUs',
  arguments: ({ argument }) => [
    argument('model', 'MODEL', 'a folder, or owner/name on the hub; only config.json is downloaded'),
  ],
  options: (fields) => ({
    tokens: fields.count('N', 'training tokens over all epochs (1,000,000)'),
    maxLength: fields.count('N', 'maximum length of a row in tokens (1024, or that of an image or recording)'),
    recipe: fields.inMemory<Pick<RecipeInput, 'tuning' | 'storage' | 'training'>>(
      'tuning, storage and optimizer as in a recipe (LoRA, QLoRA and all weights, side by side)',
    ),
    flags: fields.inMemory<RecipeFlags>("settings that override the recipe's: {tuning: 'loha', 'tuning.r': 8}"),
  }),
  takesRecipe: true,
  effects: ['computes', 'fetches'],
  examples: [
    'models estimate attune-base',
    'models estimate Qwen/Qwen2.5-1.5B-Instruct --tokens 5000000',
    'models estimate attune-base --tuning lora --tuning.r 8 --storage nf4 --optimizer adamw_8bit',
  ],
  stopping: 'stopping',
  async run({ model, ...options }, call): Promise<ModelEstimate> {
    const { estimate } = await import('../estimate.ts');
    return estimate(model, { ...options, ...call });
  },
  async render(estimate, terminal) {
    const { describeEstimate } = await import('./text/estimate.ts');
    return describeEstimate(estimate, terminal);
  },
});
