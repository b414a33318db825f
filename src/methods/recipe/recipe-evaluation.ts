import { z } from 'zod';

/** How often something is done. */
export const rhythm = z.union([z.enum(['epoch', 'never']), z.int().positive()], {
  error: 'expected epoch, never or a number of steps',
});

/** A metric with options of its own; each metric checks which it takes. */
const metricSchema = z.strictObject({
  metric: z.string().min(1),
  name: z.string().min(1).optional(),
  field: z.string().min(1).optional(),
  pattern: z.string().min(1).optional(),
  schema: z.record(z.string(), z.json()).optional(),
  k: z.int().positive().optional(),
  positive: z.string().min(1).optional(),
  bins: z.int().positive().optional(),
  normalizer: z.enum(['basic', 'english']).optional(),
});

const oneMetric = z.union([z.string(), metricSchema]);

/** The plain mean of several bounded metrics, for answers of several parts. */
const meanSchema = z.strictObject({ name: z.string().min(1), mean: z.array(oneMetric).min(2) });

/** Maximum loss on the general set; a number is bits per byte. */
const forgettingSchema = z
  .union(
    [
      z.number().min(0),
      z.strictObject({ bits_per_byte: z.number().min(0).optional(), accuracy: z.number().min(0).optional() }),
    ],
    {
      error: 'expected a number of bits per byte, or {bits_per_byte, accuracy}',
    },
  )
  .transform((value) => (typeof value === 'number' ? { bits_per_byte: value } : value));

/** The recipe's `evaluation`. */
export const evaluationSchema = z.strictObject({
  every: rhythm.default('epoch').meta({ description: 'how often to validate', shown: 'epoch|never|STEPS' }),
  metrics: z
    .union([z.literal('auto'), z.array(z.union([oneMetric, meanSchema])).min(1)], {
      error: 'expected auto or a list of metrics: names, ./file.ts#name, {metric, field, …} or {name, mean: LIST}',
    })
    .default('auto')
    .meta({
      description: 'names, ./file.ts#name or {metric, field, …}; the deciding one first; auto: what suits the answers',
      shown: 'auto|LIST',
    }),
  baselines: z
    .union([z.enum(['auto', 'none']), z.array(z.enum(['prompted', 'few_shot', 'cheap']))], {
      error: 'expected auto, none or a list of prompted, few_shot and cheap',
    })
    .default('auto')
    .meta({
      description: 'what the result is compared with on the test rows, besides its base; auto: cheap; none: nothing',
      shown: 'auto|none|LIST',
    }),
  report_rows: z
    .union([z.boolean(), z.literal('redacted')], { error: 'expected true, false or redacted' })
    .default(true)
    .meta({
      description: 'whether report.html and report.json hold test rows: in clear, without personal data, or none',
      shown: 'true|redacted|false',
    }),
  max_rows: z
    .union([z.literal('auto'), z.int().positive()], { error: 'expected auto or a whole number of rows' })
    .default('auto')
    .describe('maximum test rows to compare, as a sample; auto: 500, fewer if generating the answers would take long'),
  max_new_tokens: z
    .union([z.literal('auto'), z.int().positive()], { error: 'expected auto or a whole number of tokens' })
    .default('auto')
    .describe(
      'longest answer to a test row; auto: what the longest training answer needs, of a model that was not tuned what 99 in 100 need',
    ),
  exclude_seen: z
    .boolean()
    .default(true)
    .describe(
      'of rows of items: recommend only what the row does not have yet, as is usual; false where people choose the same again',
    ),
  instruction: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('instruction for the prompted and few-shot base; null: derived from the form of the answers'),
  other_words: z
    .boolean()
    .default(true)
    .describe('ask up to 200 test rows again in other words, made by rule: whether the result hangs on the wording'),
  general: z
    .boolean()
    .default(false)
    .describe('measure on general English what the result forgot; on where max_forgetting is set'),
  overfitting: z
    .boolean()
    .default(false)
    .describe(
      'measure whether the result learnt its rows by heart: the gap of its losses, what other words cost it, and what its answers repeat',
    ),
  canaries: z
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe(
      'rows with random codes that are planted among the training rows; how much of them the result gives away is measured',
    ),
  max_forgetting: forgettingSchema.nullable().default(null).meta({
    description: 'refuse (exit code 3) a result that lost more bits per byte of general English than this',
    shown: 'NUMBER|{bits_per_byte: NUMBER, accuracy: NUMBER}',
  }),
  patience: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('stop after this many validations without a better loss'),
});
