import { z } from 'zod';

/** One label for each text, by a new head. */
export const options = z.strictObject({
  labels: z
    .array(z.string().min(1))
    .min(2)
    .nullable()
    .default(null)
    .describe("label names in the head's order; those of the training rows, sorted, unless given"),
});

export type ClassificationOptions = z.output<typeof options>;
