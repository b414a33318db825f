import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Vectors of texts: near to what belongs to them. */
export const options = z.strictObject({
  loss: z
    .enum(['auto', 'multiple_negatives_ranking', 'triplet', 'cosent', 'cosine_similarity'])
    .default('auto')
    .describe('auto: multiple_negatives_ranking for pairs, cosent for pairs with a score'),
  scale: z.number().positive().default(20).describe('cosines are multiplied by it; 1 / temperature'),
  margin: z
    .number()
    .positive()
    .default(5)
    .describe('of triplet: how much nearer, in Euclidean distance, the positive is to be'),
  pooling: z
    .enum(['mean', 'cls', 'max', 'lasttoken'])
    .nullable()
    .default(null)
    .describe(
      "how a text's vector is made of its tokens', named as in sentence-transformers; as the base says, unless given",
    ),
});

export type ContrastiveOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./contrastive.ts'),
});
