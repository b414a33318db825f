import { z } from 'zod';

/** A number for each text, by a new head. */
export const options = z.strictObject({
  standardise: z
    .boolean()
    .default(true)
    .describe("learn in units of the training rows' standard deviation around their mean; kept with the result"),
});

export type RegressionOptions = z.output<typeof options>;
