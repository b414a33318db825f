/** Graders with and without a model. */
import { z } from 'zod';
import { graderName, multiOf, stringCheck, template, textSimilarity } from './grader.options.ts';

const asked = {
  name: graderName,
  model: z.string().min(1).max(200),
  input: z
    .array(z.strictObject({ role: z.enum(['system', 'developer', 'user', 'assistant']), content: template }))
    .min(1),
  /** Accepted for compatibility with other tools' files; answers are greedy. */
  sampling_params: z.record(z.string(), z.json()).optional(),
};

const scoreModel = z.strictObject({
  type: z.literal('score_model'),
  ...asked,
  range: z
    .tuple([z.number(), z.number()])
    .refine(([low, high]) => low < high, 'the lower end of the scale comes first')
    .default([0, 1]),
  pass_threshold: z.number().optional(),
});

const labelModel = z
  .strictObject({
    type: z.literal('label_model'),
    ...asked,
    labels: z.array(z.string().min(1)).min(2),
    passing_labels: z.array(z.string()).min(1),
  })
  .refine(({ labels, passing_labels: passing }) => passing.every((label) => labels.includes(label)), {
    message: 'must be one of labels',
    path: ['passing_labels'],
  });

const REFUSED =
  'string_check, text_similarity, score_model, label_model or multi; python graders are rejected ' +
  'because code from a grader is never run: write your own function, ./rewards.ts#name';

const single = z.discriminatedUnion('type', [stringCheck, textSimilarity, scoreModel, labelModel], { error: REFUSED });

export const modelGraderSchema = z.discriminatedUnion(
  'type',
  [stringCheck, textSimilarity, scoreModel, labelModel, multiOf(single)],
  { error: REFUSED },
);

export type AnyGrader = z.output<typeof modelGraderSchema>;
export type AnySingleGrader = z.output<typeof single>;
export type ModelGrader = z.output<typeof scoreModel> | z.output<typeof labelModel>;

export function asksModel(grader: AnyGrader): boolean {
  const parts = grader.type === 'multi' ? Object.values(grader.graders) : [grader];
  return parts.some((part) => isModelGrader(part));
}

export function isModelGrader(grader: AnySingleGrader): grader is ModelGrader {
  return grader.type === 'score_model' || grader.type === 'label_model';
}
