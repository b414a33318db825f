/** Form of intervals in results; apart, so that the statistics themselves load no schemas. */
import { z } from 'zod';

export const sequenceIntervalSchema = z.strictObject({
  estimate: z.number(),
  low: z.number(),
  high: z.number(),
});
export type SequenceInterval = z.infer<typeof sequenceIntervalSchema>;
