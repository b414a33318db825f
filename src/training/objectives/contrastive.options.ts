import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Trains text vectors that are close if the texts belong together. */
export const options = z.strictObject({
  loss: z
    .enum(['auto', 'multiple_negatives_ranking', 'triplet', 'cosent', 'cosine_similarity'])
    .default('auto')
    .describe('auto: multiple_negatives_ranking for pairs, cosent for pairs with a score'),
  scale: z.number().positive().default(20).describe('factor of the cosines: 1 / temperature'),
  margin: z
    .number()
    .positive()
    .default(5)
    .describe('margin of triplet: how much nearer the positive should be, in Euclidean distance'),
  pooling: z
    .enum(['mean', 'cls', 'max', 'lasttoken'])
    .nullable()
    .default(null)
    .describe(
      'how token vectors are pooled into one per text, named as in sentence-transformers (default: as ' +
        'in the base model)',
    ),
});

export type ContrastiveOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./contrastive.ts'),
});
