import { z } from 'zod';

/** Options shared by objectives with classes. */
export const labelNames = z.array(z.string().min(1)).nullable().default(null);

export const classWeights = z
  .union([z.literal('balanced'), z.record(z.string(), z.number().positive())], {
    error: 'expected balanced, or {label: number above 0}',
  })
  .nullable()
  .default(null);

export const threshold = z.union([z.literal('auto'), z.number().gt(0).lt(1)], {
  error: 'expected auto or a probability between 0 and 1',
});

const cost = z.number().nonnegative();

export const costs = z
  .record(
    z.string(),
    z
      .strictObject({ missed: cost, false_alarm: cost })
      .refine(({ missed, false_alarm: alarm }) => missed + alarm > 0, 'at least one of them must be above 0'),
    { error: 'expected {LABEL: {missed: NUMBER, false_alarm: NUMBER}}' },
  )
  .refine((given) => Object.keys(given).length > 0, 'expected at least one label with its costs')
  .nullable()
  .default(null);
