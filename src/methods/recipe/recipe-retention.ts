import { z } from 'zod';

const strength = z.number().positive().nullable().default(null);

/** The recipe's `retention`: ways to preserve a model's knowledge in training. */
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
        description: 'general rows to mix in, and their share of all training rows (default: 0.1)',
        shown: 'PATH|{path: PATH, share: SHARE}',
      }),
    l2_sp: strength.describe('strength of the pull of weights towards their initial values (L2-SP)'),
    ewc: strength.describe(
      'the same, scaled by how much each weight matters for the replay rows (elastic weight consolidation)',
    ),
    ema: z
      .number()
      .gt(0)
      .lt(1)
      .nullable()
      .default(null)
      .describe(
        'decay of a moving average of the weights, which is evaluated and saved in their place; 0.99 to 0.9999 is usual',
      ),
  })
  .refine(({ ewc, replay }) => ewc === null || replay !== null, {
    path: ['ewc'],
    error: 'needs rows to protect: set retention.replay',
  });

export type RetentionSettings = z.output<typeof retentionSchema>;
