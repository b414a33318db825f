/** Graders as in OpenAI's API: they score an answer from 0 to 1. */
import { z } from 'zod';

export const graderName = z.string().min(1).max(200).default('grader');
export const template = z.string().max(100_000);

export const stringCheck = z.strictObject({
  type: z.literal('string_check'),
  name: graderName,
  operation: z.enum(['eq', 'ne', 'neq', 'like', 'ilike']).describe('equal, not equal, contains, contains in any case'),
  input: template,
  reference: template,
});

/** Similarity measures of two texts, each from 0 to 1. */
export const similarities = [
  'fuzzy_match',
  'bleu',
  'gleu',
  'rouge_1',
  'rouge_2',
  'rouge_3',
  'rouge_4',
  'rouge_5',
  'rouge_l',
] as const;

export const textSimilarity = z.strictObject({
  type: z.literal('text_similarity'),
  name: graderName,
  evaluation_metric: z.enum(similarities),
  input: template,
  reference: template,
  pass_threshold: z.number().optional(),
});

const single = z.discriminatedUnion('type', [stringCheck, textSimilarity], {
  error: 'must be string_check, text_similarity or multi: other graders need a model or Python, which is not run here',
});

/** Several graders of one kind, combined by a formula of their scores. */
export function multiOf<Single extends z.ZodType<{ name: string }>>(single: Single) {
  type One = z.output<Single>;
  const byName = (graders: readonly One[]): Record<string, One> =>
    Object.fromEntries(graders.map((one) => [one.name, one]));
  return z.strictObject({
    type: z.literal('multi'),
    name: graderName,
    graders: z
      .union([
        z.record(z.string().regex(/^[A-Za-z_]\w*$/), single),
        single.transform((one: One) => ({ [one.name]: one })),
        z.array(single).transform(byName),
      ])
      .refine((graders) => Object.keys(graders).length > 0, 'must have at least one grader'),
    calculate_output: z.string().min(1).max(2000).describe("a formula over the graders' names: 0.5 * a + max(b, 0.1)"),
  });
}

export const graderSchema = z.discriminatedUnion('type', [stringCheck, textSimilarity, multiOf(single)], {
  error: 'must be string_check, text_similarity or multi: other graders need a model or Python, which is not run here',
});

export type Grader = z.output<typeof graderSchema>;
export type SingleGrader = z.output<typeof single>;
export type Similarity = (typeof similarities)[number];
