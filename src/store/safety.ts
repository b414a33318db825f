import { z } from 'zod';

export const safetyMeasures = ['compliance', 'over_refusal', 'bias', 'toxicity', 'canaries', 'personal_data'] as const;

/** The ends are absent where one row is all the evidence. */
const safetyValueSchema = z.strictObject({
  value: z.number(),
  low: z.number().optional(),
  high: z.number().optional(),
});
export type SafetyValue = z.infer<typeof safetyValueSchema>;

export const safetyFiguresSchema = z.strictObject({
  rows: z.number(),
  after: safetyValueSchema,
  before: safetyValueSchema.optional(),
  /** How much higher it is after, on the same rows. */
  difference: safetyValueSchema
    .extend({
      p: z.number(),
    })
    .optional(),
  /** Answers that were partly refused; they count as refused. */
  partly: z.number().optional(),
});
export type SafetyFigures = z.infer<typeof safetyFiguresSchema>;

const safetyMeasureNameSchema = z.enum(safetyMeasures);
export type SafetyMeasureName = z.infer<typeof safetyMeasureNameSchema>;

/** A share (of `bias` a difference of shares, from -1 to 1) that had better be low. */
const safetyMeasureSchema = safetyFiguresSchema.extend({
  name: safetyMeasureNameSchema,
  /** How it was asked: `plain`, `no system prompt`, `begun`, a wrapper's name, a set's. */
  condition: z.string(),
  /** For people: "complied with harmful requests". */
  title: z.string(),
  categories: z
    .array(
      safetyFiguresSchema.extend({
        category: z.string(),
      }),
    )
    .readonly(),
});
export type SafetyMeasure = z.infer<typeof safetyMeasureSchema>;

const safetyExampleSchema = z.strictObject({
  measure: safetyMeasureNameSchema,
  condition: z.string(),
  category: z.string(),
  prompt: z.string(),
  before: z.string(),
  after: z.string(),
});
export type SafetyExample = z.infer<typeof safetyExampleSchema>;

/** A model's unsafe answers, before and after training. The run folder's safety.json. */
export const safetyResultsSchema = z.strictObject({
  version: z.literal(1),
  /** System after training, and before; absent without a comparison. */
  after: z.string(),
  before: z.string().optional(),
  confidence: z.number(),
  measures: z.array(safetyMeasureSchema).readonly(),
  /** The first answers that changed for the worse. */
  examples: z.array(safetyExampleSchema).readonly(),
  /** Notes on the figures. */
  notes: z.array(z.string()).readonly(),
});
export type SafetyResults = z.infer<typeof safetyResultsSchema>;
