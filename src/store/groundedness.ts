import { z } from 'zod';
import { safetyFiguresSchema } from './safety.ts';

/** Undefined where no row is of that kind. */
const groundedFiguresSchema = safetyFiguresSchema.optional();
export type GroundedFigures = z.infer<typeof groundedFiguresSchema>;

const groundedSystemSchema = z.strictObject({
  name: z.string(),
  /** Share of all answers that say what the source does not. */
  hallucinated: safetyFiguresSchema,
  /** For rows whose source lacks the answer, and for those whose source has it. */
  answeredThoughSilent: groundedFiguresSchema.optional(),
  abstainedThoughTold: groundedFiguresSchema.optional(),
  citations: z.strictObject({
    quotes: z.number(),
    wrong: z.number(),
  }),
  /** Risk of the given answers by confidence; undefined if there were none. */
  riskCoverage: z
    .strictObject({
      points: z
        .array(
          z.strictObject({
            coverage: z.number(),
            risk: z.number(),
          }),
        )
        .readonly(),
      area: z.strictObject({
        estimate: z.number(),
        low: z.number(),
        high: z.number(),
      }),
    })
    .optional(),
  calibration: z
    .strictObject({
      error: z.strictObject({
        estimate: z.number(),
        low: z.number(),
        high: z.number(),
      }),
      bins: z
        .array(
          z.strictObject({
            confidence: z.number(),
            right: z.number(),
            answers: z.number(),
          }),
        )
        .readonly(),
    })
    .optional(),
});
export type GroundedSystem = z.infer<typeof groundedSystemSchema>;

/** Whether answers are supported by their sources. The run folder's groundedness.json. */
export const groundednessResultsSchema = z.strictObject({
  version: z.literal(1),
  file: z.string(),
  sha256: z.string(),
  rows: z.number(),
  /** The tuned model first; each of the others as it is, and the first set against every one of them. */
  systems: z.array(groundedSystemSchema).readonly(),
  /** Judge of support: a model, or the classifier with its accuracy. */
  by: z.union([
    z.strictObject({
      judge: z.string(),
    }),
    z.strictObject({
      accuracy: z.number(),
    }),
  ]),
  notes: z.array(z.string()).readonly(),
});
export type GroundednessResults = z.infer<typeof groundednessResultsSchema>;
