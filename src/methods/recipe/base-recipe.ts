import { z } from 'zod';
import { BYTE_SIZE } from '../../base/byte-size.ts';
import { evaluationSchema, rhythm } from './recipe-evaluation.ts';
import { gateSchema } from './recipe-gate.ts';
import { retentionSchema } from './recipe-retention.ts';
import { columnsOf } from '../../data/columns.ts';
import { schedulers, unreadOptions } from './rate-schedule.ts';

/** Raised when a key changes its meaning; a renamed key is a line in app/recipe/foreign. */
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
        error: 'must name a column, as {subject}',
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
    .describe("share of the training rows, relative to other sets'; each row once where no set has one"),
  format: z.string().nullable().default(null).describe('row format, or ./file.ts#function; detected when null'),
  columns: columnsSchema
    .nullable()
    .default(null)
    .describe("the format's field → your column, or several: [subject, body]"),
  media_dir: path.optional().describe("folder that paths inside the rows start from; the file's own unless given"),
});

/** One set of rows, as `loadData` takes it. */
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
  // `--validation 2` is not a file called 2.
  .refine((value) => typeof value === 'number' || value.some((source) => !/^\d+(\.\d+)?$/.test(source.path)), {
    error: 'must be a share below 1, or a file',
  });

const dataSchema = z.strictObject({
  train: sourcesSchema.meta({ description: 'rows to train on; several sets as a list with weights', shown: 'PATH' }),
  validation: splitSchema.default(0.1).meta({ description: 'rows to validate on while training', shown: 'SHARE|PATH' }),
  test: splitSchema.default(0.1).meta({ description: 'rows kept for the final comparison', shown: 'SHARE|PATH' }),
  group_by: z
    .string()
    .nullable()
    .default(null)
    .describe('column whose values never straddle splits (customer, patient)'),
  allow_overlap: z.boolean().default(false).describe('go on although a validation or test file repeats training rows'),
  strict: z
    .boolean()
    .default(true)
    .describe('refuse the data if a row is bad; false leaves bad rows out and lists them'),
  format: z
    .string()
    .nullable()
    .default(null)
    .describe('row format of every set, or ./file.ts#function from a row to one of a known format; detected when null'),
  columns: columnsSchema.nullable().default(null).meta({
    description: "the format's field → your column, or several: [subject, body]; for every set",
    shown: '{FIELD: COLUMN}',
  }),
  max_length: z.int().positive().default(1024).describe('longest row, in tokens'),
  long_rows: z
    .enum(['fail', 'drop', 'truncate', 'split'])
    .default('fail')
    .describe('what happens to longer rows; split: texts in windows, of which one that is classified gets the mean'),
  max_windows: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('maximum windows of a classified text under split, spread evenly over longer texts; 8 unless given'),
  truncation_side: z
    .enum(['right', 'left', 'middle'])
    .default('right')
    .describe('what truncate takes from a text that is classified or embedded: its end, beginning or middle'),
  packing: z.boolean().default(true).describe('several rows in one sequence, kept apart; never changes the result'),
  chat_template: z
    .string()
    .nullable()
    .default(null)
    .describe("template file, a name among the tokenizer's own, or attune-tools: ours, which shows tools and calls"),
  chat_template_kwargs: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: "the template's own variables (enable_thinking)", shown: '{NAME: VALUE}' }),
  answer_space: z
    .union([z.literal('auto'), z.boolean()], { error: 'expected auto, true or false' })
    .default('auto')
    .describe(
      'a space between prompt and completion where neither has white space; auto: where most rows lack it and the words of the vocabulary begin with one',
    ),
  new_tokens: z
    .array(newTokenSchema)
    .default([])
    .describe('tokens to add and train; {content, special: true} for tokens that are not part of answers'),
});

/** An axis of the run: which implementation, with its options, which the implementation itself declares and checks. */
const axisSchema = (description: string) =>
  z
    .union([z.string(), z.looseObject({ name: z.string() })], { error: 'expected a name, or {name, …options}' })
    .transform((value) => (typeof value === 'string' ? { name: value } : value))
    .meta({ description, shown: 'NAME' });

const tuningSchema = z
  .union([z.string(), z.looseObject({ method: z.string() })], { error: 'expected a name, or {method, …options}' })
  .transform((value) => (typeof value === 'string' ? { method: value } : value))
  .meta({ description: 'which weights move', shown: 'NAME' });

/** Present in a recipe only where they are named. */
const schedulerOptionsSchema = z
  .strictObject({
    num_cycles: z.number().positive().optional().describe('waves of cosine (0.5: down once), or restarts'),
    power: z.number().positive().optional().describe('of polynomial; 1 unless given'),
    min_lr_rate: z.number().min(0).max(1).optional().describe('where it ends, as a share of the peak'),
    num_decay_steps: z.int().positive().optional().describe('of warmup_stable_decay; a tenth of all unless given'),
    decay_type: z.enum(['cosine', 'linear', '1-sqrt']).optional().describe('form of that decay'),
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
    .describe('passes over the training rows; by their number unless given'),
  max_steps: z.int().positive().nullable().default(null).describe('optimiser steps to train for, in place of epochs'),
  learning_rate: z
    .union([z.literal('auto'), z.number().positive()], { error: 'expected auto or a number above 0' })
    .nullable()
    .default(null)
    .describe('peak learning rate; auto: found by short trials; what suits the base model unless given'),
  batch_size: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('rows of one optimiser step, over all devices; by their number unless given'),
  micro_batch_tokens: z
    .union([z.literal('auto'), z.int().positive()], { error: 'expected auto or a whole number of tokens' })
    .default('auto')
    .describe('tokens computed at once; never changes the result'),
  scheduler: z.enum(schedulers).default('cosine').describe('learning rate after the warm-up'),
  scheduler_options: schedulerOptionsSchema,
  warmup_ratio: z.number().min(0).max(1).default(0.03).describe('share of the steps that warm up'),
  warmup_steps: z.int().min(0).nullable().default(null).describe('steps that warm up, instead of warmup_ratio'),
  weight_decay: z.number().min(0).default(0).describe('decoupled weight decay; never on norms and biases'),
  max_grad_norm: z.number().min(0).default(1).describe('clip the gradient to this norm; 0 for none'),
  optimizer: axisSchema('how gradients become a step').prefault('adamw'),
  precision: z.enum(['auto', 'bf16', 'f32']).default('auto').describe('compute type; auto is bf16 where it is fast'),
  gradient_checkpointing: z
    .union([z.enum(['auto', 'least']), z.boolean()], { error: 'expected auto, true, false or least' })
    .default('auto')
    .describe(
      'recompute activations to save memory; never changes the result. least: keeps the inputs of blocks alone; auto: ' +
        'where memory is short, and with storage nf4 and fp4',
    ),
  max_memory: z
    .union([z.int().positive(A_SIZE), z.string().regex(BYTE_SIZE, A_SIZE)], { error: A_SIZE })
    .nullable()
    .default(null)
    .meta({
      description: 'memory that steps are planned for: a third of what is free unless given; never changes the result',
      shown: 'SIZE',
    }),
  cache_frozen: z
    .union([z.literal('auto'), z.boolean()], { error: 'expected auto, true or false' })
    .default('auto')
    .describe(
      'run blocks in which nothing is trained once for each row; auto: where that changes no result; true: without their dropout',
    ),
  seed: z.int().min(0).default(42).describe('of splits, order, initial weights and dropout'),
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

const checkpointsSchema = z.strictObject({
  every: rhythm.default('epoch').meta({ description: 'how often to save', shown: 'epoch|never|STEPS' }),
  keep: z.int().positive().default(2).describe('newest checkpoints kept; the best one is kept besides'),
  best: z.boolean().default(true).describe('the result is the checkpoint with the lowest validation loss'),
});

/** The checkpoint that a run goes on from, and what it must be. */
const continuedSchema = z.strictObject({
  checkpoint: path,
  hashes: z.record(z.string(), z.string()).describe('SHA-256 of its weights and moments'),
  data: z.record(z.string(), z.string()).describe('content hash of each split that it was trained with'),
});

/**
 * The whole run as one plain JSON value. It takes short forms (`tuning: lora`) and fills every default; the options
 * inside `tuning`, `objective`, `storage` and `training.optimizer` are checked by `resolveRecipe` against what the
 * chosen implementation declares.
 */
export const recipeSchema = z.strictObject({
  version: z.literal(RECIPE_VERSION).default(RECIPE_VERSION).describe("of the recipe's keys"),
  model: z.string().min(1).meta({ description: 'base model: a folder, or a name', shown: 'FOLDER|NAME' }),
  data: dataSchema,
  tuning: tuningSchema.prefault('lora'),
  storage: axisSchema('how frozen weights are kept').prefault('dense'),
  objective: axisSchema('what is optimised').prefault('sft'),
  training: trainingSchema.superRefine(refuseUnread).prefault({}),
  retention: retentionSchema.prefault({}),
  evaluation: evaluationSchema.prefault({}),
  gate: gateSchema.prefault({}),
  checkpoints: checkpointsSchema.prefault({}),
  report_to: z
    .union([z.string(), z.array(z.string())], { error: 'expected a list such as [tensorboard]' })
    .transform((value) => (Array.isArray(value) ? value : [value]).filter((name) => name !== 'none'))
    .prefault(['tensorboard'])
    .meta({ description: 'where metrics go besides the run folder', shown: 'LIST' }),
  output_dir: path
    .default('runs/attune')
    .meta({ description: "the run's folder; runs/<recipe> unless given", shown: 'FOLDER' }),
  continued_from: continuedSchema.nullable().default(null).meta({
    description: 'the checkpoint that it goes on from; filled in by runs continue, never written by hand',
    shown: '{checkpoint: FOLDER, …}',
  }),
  references: z
    .record(z.string(), z.string())
    .default({})
    .describe('content hash of each ./file.ts#name in this recipe; filled in, never written by hand'),
});

/** A recipe whose methods have any options; `Recipe` of methods/recipe.ts has those of each. */
export type BaseRecipe = z.output<typeof recipeSchema>;

/** Settings that a recipe may leave to the run, which decides them when it begins: by its base model and its rows. */
export interface SettledTraining {
  learning_rate: number;
  epochs: number;
  batch_size: number;
}

/** Accepted input, before the options of the chosen methods are typed (see `RecipeInput` in app/recipe). */
export type BaseRecipeInput = z.input<typeof recipeSchema>;
