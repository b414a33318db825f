import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import type { Processor } from '../objective.ts';

/** Fine-tunes on the chosen answers, plus the odds ratio of both answers (Hong et al., 2024). */
export const options = z.strictObject({
  beta: z.number().positive().default(0.1).describe('weight of the odds ratio, added to the cross-entropy'),
  nll_on: z
    .enum(['all', 'answers'])
    .default('all')
    .describe('tokens in the cross-entropy: all, as in TRL, or only those of the chosen answer'),
});

export type OrpoOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  preference: () => 'per_token',
  async run() {
    const { referenceFree } = await import('./cpo.ts');
    return {
      create: ({ beta, nll_on: on }: OrpoOptions, processor: Processor) =>
        referenceFree(
          { loss: 'odds_ratio', beta, labelSmoothing: 0, gamma: 0, alpha: 0, crossEntropy: 1, ofPrompt: on === 'all' },
          processor,
        ),
    };
  },
});
