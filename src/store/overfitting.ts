import { z } from 'zod';

/** Loss of an answer's token, in nats, on rows that were trained on and on rows that were not. */
const lossGapSchema = z.strictObject({
  training: z.number(),
  validation: z.number(),
  trainingRows: z.number(),
  validationRows: z.number(),
  /** Validation less training. */
  gap: z.number(),
  low: z.number(),
  high: z.number(),
});
export type LossGap = z.infer<typeof lossGapSchema>;

/** Word runs in answers to test rows that occur in training rows, but not in the row's own prompt. */
const memorisedSchema = z.strictObject({
  /** Words of a run. */
  order: z.number(),
  rows: z.number(),
  /** Share of the runs in what the model answered, and in the right answers to the same rows. */
  answers: z.number(),
  expected: z.number(),
  /** Answers less expected: what is above 0 was learnt by heart. */
  excess: z.number(),
  low: z.number(),
  high: z.number(),
  /** The longest memorised stretches, each with the id of its row. */
  examples: z
    .array(
      z.strictObject({
        id: z.string(),
        text: z.string(),
      }),
    )
    .readonly(),
});
export type Memorised = z.infer<typeof memorisedSchema>;

/** Losses of an answer's token, in nats, after the row's own prompt and after the same in other words. */
const paraphraseLossSchema = z.strictObject({
  rows: z.number(),
  base: z.strictObject({
    original: z.number(),
    rephrased: z.number(),
  }),
  tuned: z.strictObject({
    original: z.number(),
    rephrased: z.number(),
  }),
  /** Cost of paraphrases for the tuned model beyond the base's. */
  excess: z.number(),
  low: z.number(),
  high: z.number(),
});
export type ParaphraseLoss = z.infer<typeof paraphraseLossSchema>;

/** Cost of paraphrased prompts, on training rows and on others. */
const paraphrasesSchema = z.strictObject({
  training: paraphraseLossSchema,
  /** Absent with fewer than two such rows. */
  validation: paraphraseLossSchema.optional(),
});
export type Paraphrases = z.infer<typeof paraphrasesSchema>;

/** How well losses, less the base model's, tell training rows from validation rows. */
const membershipSchema = z.strictObject({
  /** Area under the curve: 0.5 is chance, 1 certainty. */
  auc: z.number(),
  low: z.number(),
  high: z.number(),
  trainingRows: z.number(),
  otherRows: z.number(),
});
export type Membership = z.infer<typeof membershipSchema>;

/** How much of the planted codes the result gives away: bits of each, by its rank among random ones. */
const canaryExposureSchema = z.strictObject({
  /** Exposure of each canary, in order. */
  exposures: z.array(z.number()).readonly(),
  /** Exposure under the base model, which never saw them: the level of chance. */
  base: z.array(z.number()).readonly(),
  /** The most that can be measured. */
  most: z.number(),
});
export type CanaryExposure = z.infer<typeof canaryExposureSchema>;

/** Whether a result learnt its rows by heart. The run folder's overfitting.json. */
export const overfittingSchema = z.strictObject({
  version: z.literal(1),
  confidence: z.number(),
  /** Absent without rows to validate on. */
  gap: lossGapSchema.optional(),
  /** Absent where no answer is long enough, or none were written. */
  memorised: memorisedSchema.optional(),
  /** Absent where no rule could put two training rows in other words. */
  paraphrases: paraphrasesSchema.optional(),
  /** Absent without rows to validate on. */
  membership: membershipSchema.optional(),
  /** Absent where the recipe planted none. */
  canaries: canaryExposureSchema.optional(),
});
export type Overfitting = z.infer<typeof overfittingSchema>;
