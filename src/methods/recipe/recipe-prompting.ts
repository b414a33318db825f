import { z } from 'zod';

const target = z.string().min(1);

/** The recipe's `prompting`: how a model is prompted that is not trained, and how its prompt is found. */
export const promptingSchema = z.strictObject({
  shots: z
    .int()
    .min(0)
    .max(64)
    .default(8)
    .describe('maximum number of training rows shown with a question; fewer if the context is too short'),
  passages: z
    .union([target, z.array(target)], { error: 'expected a file of texts, or a list of such files' })
    .transform((value) => (Array.isArray(value) ? value : [value]))
    .prefault([])
    .meta({ description: 'texts ({text} rows, as `data prepare` writes them) to find answers in', shown: 'FILE|LIST' }),
  passages_shown: z.int().positive().max(64).default(3).describe('maximum number of passages shown with a question'),
  encoder: target.nullable().default(null).meta({
    description: 'embedding model whose ranking is fused with that of BM25; null: BM25 alone',
    shown: 'FOLDER|NAME',
  }),
  budget: z
    .int()
    .positive()
    .default(300)
    .describe('number of answers that a search for the best prompt may spend on training and validation rows'),
  reflector: target.nullable().default(null).meta({
    description: 'model that rewrites instructions: a folder, or https://HOST/v1#MODEL; null: the model itself',
    shown: 'FOLDER|URL',
  }),
});

export type PromptingSettings = z.output<typeof promptingSchema>;
