/** Stored results of the test with reworded rows. */
import { z } from 'zod';
import { comparedMetricSchema, verdictSchema } from '../../store/results.ts';

const wordedValueSchema = z.strictObject({
  /** Value on the original test rows. */
  asTested: z.number().optional(),
  reworded: z.number(),
  /** Interval of `reworded`; absent with a single row. */
  low: z.number().optional(),
  high: z.number().optional(),
});

const wordedSystemSchema = z.strictObject({
  name: z.string(),
  /** Title: "nearest training row". */
  title: z.string(),
  /** By metric. */
  values: z.record(z.string(), wordedValueSchema),
});
export type WordedSystem = z.infer<typeof wordedSystemSchema>;

const wordedRowSchema = z.strictObject({
  id: z.string(),
  text: z.string(),
  expected: z.string(),
  answer: z.string(),
});
export type WordedRow = z.infer<typeof wordedRowSchema>;

const measuredSchema = z.strictObject({
  version: z.literal(1),
  /** Number of reworded rows. */
  rows: z.number(),
  /** Number of test rows in their original wording. Absent in files of earlier versions. */
  testedRows: z.number().optional(),
  confidence: z.number(),
  /** The deciding metric, and `copied` if answers copy numbers, codes and names. */
  metrics: z.array(comparedMetricSchema.pick({ name: true, title: true, better: true, best: true })).readonly(),
  /** The result first. */
  systems: z.array(wordedSystemSchema).readonly(),
  /** Verdict on the result against the recommended system or, without one, the strongest rival on reworded rows. */
  against: z
    .strictObject({
      name: z.string(),
      verdict: verdictSchema,
    })
    .optional(),
  /** Rows that the result answered correctly in their original wording but not when reworded. */
  examples: z.array(wordedRowSchema).readonly(),
  /** File of the rows, if they are the user's own rather than reworded test rows. */
  file: z.string().optional(),
});

/** Robustness of a result and its cheap rivals to rewording. Stored as wording.json in the run's folder. */
export const wordingSchema = measuredSchema.extend({
  /** The same figures on the user's own rows, from the latest comparison on them. */
  own: measuredSchema.optional(),
});
export type Wording = z.infer<typeof wordingSchema>;
