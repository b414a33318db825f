import { z } from 'zod';
import { verdictSchema } from './results.ts';

const generalMetricSchema = z.enum(['bits_per_byte', 'accuracy']);
export type GeneralMetric = z.infer<typeof generalMetricSchema>;

/** One metric before and after training, on the same rows. */
const generalMeasureSchema = z.strictObject({
  metric: generalMetricSchema,
  /** For people: "bits per byte of general English". */
  title: z.string(),
  better: z.enum(['higher', 'lower']),
  rows: z.number(),
  before: z.number(),
  after: z.number(),
  /** How much was lost; negative where something was gained. */
  loss: z.number(),
  low: z.number(),
  high: z.number(),
  p: z.number(),
  /** `worse` where the loss is certain. */
  verdict: verdictSchema,
});
export type GeneralMeasure = z.infer<typeof generalMeasureSchema>;

/** Effect of a run on the general set. The run folder's forgetting.json. */
export const forgettingSchema = z.strictObject({
  version: z.literal(1),
  confidence: z.number(),
  measures: z.array(generalMeasureSchema).readonly(),
});
export type Forgetting = z.infer<typeof forgettingSchema>;
