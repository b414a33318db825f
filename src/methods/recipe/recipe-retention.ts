import { z } from 'zod';

const strength = z.number().positive().nullable().default(null);

/** The recipe's `retention`: what keeps a model's knowledge while it learns. */
export const retentionSchema = z
  .strictObject({
    replay: z
      .union(
        [
          z.string().min(1),
          z.strictObject({
            path: z.string().min(1),
            share: z.number().gt(0).lt(1).default(0.1),
            format: z.string().nullable().default(null),
          }),
        ],
        { error: 'expected a file, folder or glob, or {path, share, format}' },
      )
      .transform((value) => (typeof value === 'string' ? { path: value, share: 0.1, format: null } : value))
      .nullable()
      .default(null)
      .meta({
        description:
          'general rows that are mixed in, and their share of all rows that are trained on; 0.1 unless given',
        shown: 'PATH|{path: PATH, share: SHARE}',
      }),
    l2_sp: strength.describe('pulls weights back to where they began by so much of their distance (L2-SP)'),
    ewc: strength.describe(
      'the same, by how much each weight matters for the rows of replay (elastic weight consolidation)',
    ),
    ema: z
      .number()
      .gt(0)
      .lt(1)
      .nullable()
      .default(null)
      .describe(
        'decay of a moving average of the weights, which is scored and kept in their place; 0.99 to 0.9999 is usual',
      ),
  })
  .refine(({ ewc, replay }) => ewc === null || replay !== null, {
    path: ['ewc'],
    error: 'needs rows of what is to be kept: name them as retention.replay',
  });

export type RetentionSettings = z.output<typeof retentionSchema>;
