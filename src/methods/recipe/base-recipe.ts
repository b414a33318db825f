import { z } from 'zod';
import { BYTE_SIZE } from '../../base/byte-size.ts';
import { checkpointsSchema, continuedSchema } from './recipe-checkpoints.ts';
import { deviceSchema } from './recipe-device.ts';
import { evaluationSchema } from './recipe-evaluation.ts';
import { promptingSchema } from './recipe-prompting.ts';
import { gateSchema } from './recipe-gate.ts';
import { retentionSchema } from './recipe-retention.ts';
import { columnsOf } from '../../data/columns.ts';
import { schedulers, unreadOptions } from './rate-schedule.ts';
import type { SearchRange } from './search-range.ts';

/** Raised when a key changes its meaning; renamed keys are handled in app/recipe/foreign. */
export const RECIPE_VERSION = 1;

const path = z.string().min(1);
const column = z.string().min(1);
export const columnSourceSchema = z.union(
  [
    column,
    z.array(column).min(1),
    z.strictObject({
      columns: z.array(column).min(1),
      separator: z.string().optional(),
      names: z.boolean().optional(),
    }),
    z.strictObject({
      template: z.string().refine((template) => columnsOf({ template }).length > 0, {
        error: 'must name a column, such as {subject}',
      }),
    }),
  ],
  {
    error:
      'expected a column, a list of columns, {columns: […], separator: " ", names: true} or {template: "{column} …"}',
  },
);
export const columnsSchema = z.record(z.string(), columnSourceSchema);

const sourceSchema = z.strictObject({
  path: path.describe('file, folder or glob'),
  weight: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('sampling weight of this set relative to the others; if no set has one, each row is used once'),
  format: z.string().nullable().default(null).describe('row format, or ./file.ts#function; detected when null'),
  columns: columnsSchema
    .nullable()
    .default(null)
    .describe("the format's field → your column, or several: [subject, body]"),
  media_dir: path.optional().describe("base folder of relative paths in the rows (default: the file's folder)"),
});

/** A set of rows, as accepted by `loadData`. */
export type RecipeSource = z.output<typeof sourceSchema>;

const sourcesSchema = z
  .union([path, sourceSchema, z.array(z.union([path, sourceSchema])).min(1)], {
    error: 'expected a file, folder or glob, {path, weight, format, columns, media_dir}, or a list of these',
  })
  .transform((value) => (Array.isArray(value) ? value : [value]).map(toSource));

function toSource(value: string | RecipeSource): RecipeSource {
  return typeof value === 'string' ? { path: value, weight: null, format: null, columns: null } : value;
}

const newTokenSchema = z
  .union([z.string().min(1), z.strictObject({ content: z.string().min(1), special: z.boolean().default(false) })], {
    error: 'expected the text of a token, or {content, special}',
  })
  .transform((value) => (typeof value === 'string' ? { content: value, special: false } : value));

const share = z.number().min(0).lt(1);
const splitSchema = z
  .union([share, sourcesSchema], { error: 'expected a share from 0 to below 1, or a file' })
  // Prevents `--validation 2` from being read as a file called 2.
  .refine((value) => typeof value === 'number' || value.some((source) => !/^\d+(\.\d+)?$/.test(source.path)), {
    error: 'must be a share below 1, or a file',
  });

const columnName = z.string().nullable().default(null);

const dataSchema = z.strictObject({
  train: sourcesSchema.meta({ description: 'rows to train on; several sets as a list with weights', shown: 'PATH' }),
  validation: splitSchema.default(0.1).meta({ description: 'rows to validate on while training', shown: 'SHARE|PATH' }),
  test: splitSchema.default(0.1).meta({ description: 'rows kept for the final comparison', shown: 'SHARE|PATH' }),
  group_by: columnName.describe('column whose values never straddle splits (customer, patient)'),
  split_by_time: columnName.describe(
    'column with a date or number: the newest rows are test, those before them validation, older ones train',
  ),
  allow_overlap: z.boolean().default(false).describe('continue if a validation or test file repeats training rows'),
  strict: z.boolean().default(true).describe('reject the data if a row is bad; false: skip bad rows and list them'),
  format: z
    .string()
    .nullable()
    .default(null)
    .describe('row format of every set, or ./file.ts#function that converts rows to one; detected when null'),
  columns: columnsSchema.nullable().default(null).meta({
    description: "the format's field → your column, or several: [subject, body]; for every set",
    shown: '{FIELD: COLUMN}',
  }),
  max_length: z.int().positive().default(1024).describe('maximum length of a row in tokens'),
  long_rows: z
    .enum(['fail', 'drop', 'truncate', 'split'])
    .default('fail')
    .describe('what to do with longer rows; split: in windows, over which classifiers take the mean'),
  max_windows: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('with split, maximum windows of a classified text, spread evenly over longer texts (default: 8)'),
  truncation_side: z
    .enum(['right', 'left', 'middle'])
    .default('right')
    .describe(
      'what truncate removes from classified or embedded texts: right: the end, left: the beginning, middle: the middle',
    ),
  packing: z
    .boolean()
    .default(true)
    .describe('pack several rows into one sequence, isolated from each other; never changes the result'),
  chat_template: z
    .string()
    .nullable()
    .default(null)
    .describe('template file, a template of the tokenizer by name, or attune-tools, the built-in one with tools'),
  chat_template_kwargs: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: 'variables of the template itself (enable_thinking)', shown: '{NAME: VALUE}' }),
  answer_space: z
    .union([z.literal('auto'), z.boolean()], { error: 'expected auto, true or false' })
    .default('auto')
    .describe(
      'insert a space between prompt and completion if neither has white space there; auto: if most rows lack it and vocabulary words begin with one',
    ),
  new_tokens: z
    .array(newTokenSchema)
    .default([])
    .describe('tokens to add and train; {content, special: true} for tokens that are not part of answers'),
});

/** An axis of the run: an implementation's name, with options that it declares and validates itself. */
const axisSchema = (description: string) =>
  z
    .union([z.string(), z.looseObject({ name: z.string() })], { error: 'expected a name, or {name, …options}' })
    .transform((value) => (typeof value === 'string' ? { name: value } : value))
    .meta({ description, shown: 'NAME' });

const tuningSchema = z
  .union([z.string(), z.looseObject({ method: z.string() })], { error: 'expected a name, or {method, …options}' })
  .transform((value) => (typeof value === 'string' ? { method: value } : value))
  .meta({ description: 'which weights move', shown: 'NAME' });

/** Only present in a recipe if set. */
const schedulerOptionsSchema = z
  .strictObject({
    num_cycles: z.number().positive().optional().describe('number of cosine waves (0.5: down once), or of restarts'),
    power: z.number().positive().optional().describe('exponent of polynomial (default: 1)'),
    min_lr_rate: z.number().min(0).max(1).optional().describe('final rate, as a share of the peak'),
    num_decay_steps: z.int().positive().optional().describe('of warmup_stable_decay (default: a tenth of all steps)'),
    decay_type: z.enum(['cosine', 'linear', '1-sqrt']).optional().describe('shape of that decay'),
  })
  .optional()
  .meta({ description: "the schedule's own options", shown: '{NAME: VALUE}' });

const A_SIZE = 'expected a size such as 4GiB or 800MB';

const trainingSchema = z.strictObject({
  epochs: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .meta({
      description: 'passes over the training rows (default: depends on their number)',
      search: { stage: 2, times: [0.5, 1, 2] } satisfies SearchRange,
    }),
  max_steps: z.int().positive().nullable().default(null).describe('optimiser steps to train for, instead of epochs'),
  learning_rate: z
    .union([z.literal('auto'), z.number().positive()], { error: 'expected auto or a number above 0' })
    .nullable()
    .default(null)
    .meta({
      description: 'peak learning rate; auto: found by short trials (default: depends on the base model)',
      search: { stage: 1, times: [1 / 9, 1 / 3, 1, 3, 9], isContinuous: true } satisfies SearchRange,
    }),
  batch_size: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('rows per optimiser step, over all devices (default: depends on the number of rows)'),
  micro_batch_tokens: z
    .union([z.literal('auto'), z.int().positive()], { error: 'expected auto or a whole number of tokens' })
    .default('auto')
    .describe('tokens computed at once; never changes the result'),
  scheduler: z.enum(schedulers).default('cosine').describe('learning-rate schedule after the warm-up'),
  scheduler_options: schedulerOptionsSchema,
  warmup_ratio: z.number().min(0).max(1).default(0.03).describe('share of the steps used for the warm-up'),
  warmup_steps: z.int().min(0).nullable().default(null).describe('number of warm-up steps, instead of warmup_ratio'),
  weight_decay: z.number().min(0).default(0).describe('decoupled weight decay; never on norms and biases'),
  max_grad_norm: z.number().min(0).default(1).describe('clip the gradient to this norm; 0 for none'),
  optimizer: axisSchema('how gradients become a step').prefault('adamw'),
  precision: z.enum(['auto', 'bf16', 'f16', 'f32']).default('auto').describe('compute type; auto is bf16 where fast'),
  gradient_checkpointing: z
    .union([z.enum(['auto', 'least']), z.boolean()], { error: 'expected auto, true, false or least' })
    .default('auto')
    .describe(
      'recompute activations; never changes the result. least: keep only inputs of blocks; auto: if memory is short, or with storage nf4 or fp4',
    ),
  max_memory: z
    .union([z.int().positive(A_SIZE), z.string().regex(BYTE_SIZE, A_SIZE)], { error: A_SIZE })
    .nullable()
    .default(null)
    .meta({
      description: 'memory budget of a step (default: a third of what is free); never changes the result',
      shown: 'SIZE',
    }),
  cache_frozen: z
    .union([z.literal('auto'), z.boolean()], { error: 'expected auto, true or false' })
    .default('auto')
    .describe(
      'run fully frozen blocks once per row; auto: if the result stays the same; true: always, without their dropout',
    ),
  seed: z.int().min(0).default(42).describe('seed of splits, order, initial weights and dropout'),
});

function refuseUnread(
  {
    scheduler,
    scheduler_options: options = {},
  }: Pick<z.output<typeof trainingSchema>, 'scheduler' | 'scheduler_options'>,
  context: z.RefinementCtx,
): void {
  for (const name of unreadOptions(scheduler, options)) {
    context.addIssue({
      code: 'custom',
      path: ['scheduler_options', name],
      message: `is not read by the schedule ${scheduler}`,
    });
  }
}

/**
 * The whole run as one plain JSON value. Accepts short forms (`tuning: lora`) and fills in every default;
 * `resolveRecipe` validates the options inside `tuning`, `objective`, `storage` and `training.optimizer` against the
 * chosen implementation.
 */
export const recipeSchema = z.strictObject({
  version: z.literal(RECIPE_VERSION).default(RECIPE_VERSION).describe('version of the recipe format'),
  model: z.string().min(1).meta({ description: 'base model: a folder, or a name', shown: 'FOLDER|NAME' }),
  data: dataSchema,
  tuning: tuningSchema.prefault('lora'),
  storage: axisSchema('how frozen weights are kept').prefault('dense'),
  device: deviceSchema,
  objective: axisSchema('what is optimised').prefault('sft'),
  training: trainingSchema.superRefine(refuseUnread).prefault({}),
  retention: retentionSchema.prefault({}),
  evaluation: evaluationSchema.prefault({}),
  prompting: promptingSchema.prefault({}),
  gate: gateSchema.prefault({}),
  checkpoints: checkpointsSchema.prefault({}),
  report_to: z
    .union([z.string(), z.array(z.string())], { error: 'expected a list such as [tensorboard]' })
    .transform((value) => (Array.isArray(value) ? value : [value]).filter((name) => name !== 'none'))
    .prefault(['tensorboard'])
    .meta({ description: 'where metrics go, in addition to the run folder', shown: 'LIST' }),
  output_dir: path
    .default('runs/attune')
    .meta({ description: "the run's folder (default: runs/<recipe>)", shown: 'FOLDER' }),
  continued_from: continuedSchema.nullable().default(null).meta({
    description: 'the checkpoint to continue from; set by runs continue, never by hand',
    shown: '{checkpoint: FOLDER, …}',
  }),
  references: z
    .record(z.string(), z.string())
    .default({})
    .describe('content hash of each ./file.ts#name in this recipe; set automatically, never by hand'),
});

/** A recipe with untyped method options; `Recipe` in training/recipe types them. */
export type BaseRecipe = z.output<typeof recipeSchema>;

/** Settings that a recipe may omit; the run derives them from its base model and rows. */
export interface SettledTraining {
  learning_rate: number;
  epochs: number;
  batch_size: number;
}

/** Accepted input, before the chosen methods' options are typed (see `RecipeInput` in app/recipe). */
export type BaseRecipeInput = z.input<typeof recipeSchema>;
