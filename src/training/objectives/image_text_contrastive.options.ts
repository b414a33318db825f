import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Embeds images and their descriptions close to each other: for clip and siglip. */
export const options = z.strictObject({
  loss: z
    .enum(['auto', 'clip', 'siglip'])
    .default('auto')
    .describe(
      'clip: each item picks its partner from the batch; siglip: each pair is judged alone; auto: as ' +
        'the base model was trained',
    ),
});

export type ImageTextContrastiveOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./image_text_contrastive.ts'),
});
