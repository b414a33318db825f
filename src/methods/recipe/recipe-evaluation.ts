import { z } from 'zod';
import { askingWayNames } from '../../store/asking-ways.ts';

const baselineNames = [...askingWayNames, 'cheap'] as const;

/** How often to do something. */
export const rhythm = z.union([z.enum(['epoch', 'never']), z.int().positive()], {
  error: 'expected epoch, never or a number of steps',
});

/** When to validate: also after some shares of the steps. The last step always does. */
const validation = z.union([z.enum(['epoch', 'never']), z.int().positive(), z.array(z.number().gt(0).lt(1)).min(1)], {
  error: 'expected epoch, never, a number of steps, or a list of shares of the run, such as [0.1, 0.5]',
});

/** A metric with its options, which the metric itself validates. */
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

/** Mean of several bounded metrics, for answers with several parts. */
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
  every: validation.default('epoch').meta({
    description: 'how often to validate, or after which shares of the run',
    shown: 'epoch|never|STEPS|LIST',
  }),
  samples: z
    .int()
    .min(0)
    .max(20)
    .default(3)
    .describe('validation rows that are answered at each validation, to watch a run learn; 0: none'),
  metrics: z
    .union([z.literal('auto'), z.array(z.union([oneMetric, meanSchema])).min(1)], {
      error: 'expected auto or a list of metrics: names, ./file.ts#name, {metric, field, …} or {name, mean: LIST}',
    })
    .default('auto')
    .meta({
      description:
        'metrics: names, ./file.ts#name or {metric, field, …}; the first one decides; auto: chosen by the kind of answers',
      shown: 'auto|LIST',
    }),
  baselines: z
    .union([z.enum(['auto', 'none']), z.array(z.enum(baselineNames))], {
      error: `expected auto, none or a list of ${baselineNames.join(', ')}`,
    })
    .default('auto')
    .meta({
      description: 'systems to compare the result with on the test rows, in addition to its base; auto: the cheap ones',
      shown: 'auto|none|LIST',
    }),
  report_rows: z
    .union([z.boolean(), z.literal('redacted')], { error: 'expected true, false or redacted' })
    .default(true)
    .meta({
      description: 'whether report.html and report.json contain test rows; redacted: without personal data',
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
      'maximum tokens of an answer to a test row; auto: the length of the longest training answer (99th ' +
        'percentile for models that were not tuned)',
    ),
  exclude_seen: z
    .boolean()
    .default(true)
    .describe('recommend only items that the row does not have yet; false if people choose the same items again'),
  instruction: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('instruction for the prompted and few-shot base; null: derived from the form of the answers'),
  other_words: z
    .boolean()
    .default(true)
    .describe(
      'ask up to 200 test rows again with rule-based rewordings, to measure how much the result depends on the wording',
    ),
  general: z
    .boolean()
    .default(false)
    .describe('measure what the result forgot, on general English; on if max_forgetting is set'),
  overfitting: z
    .boolean()
    .default(false)
    .describe(
      'measure whether the result memorised its rows: loss gap, loss on rewordings, and training text ' +
        'repeated in its answers',
    ),
  canaries: z
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe(
      'number of canaries: rows with random codes planted among the training rows, to measure how many ' +
        'of them the result reveals',
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
    .describe('stop after this many validations without a lower loss'),
});
