import { z } from 'zod';
import { defineTuning } from '../../train/method.ts';

const names = z.array(z.string().min(1)).min(1);

/** Low-rank adapters with PEFT's meaning: y = Wx + (alpha / r) · B A x. */
export const options = z.strictObject({
  r: z.int().positive().default(16).describe('rank of the update'),
  alpha: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('the update is scaled by alpha / r; twice the rank unless given'),
  dropout: z.number().min(0).lt(1).default(0).describe("dropout on the adapter's input"),
  target_modules: z
    .union([z.string().min(1), names], {
      error: 'expected all-linear, a list of module names, or a regular expression',
    })
    .default('all-linear')
    .meta({
      description: 'modules that get an adapter: names, or a regex of whole paths',
      shown: 'all-linear|LIST|REGEX',
    }),
  layers_to_transform: z.array(z.int().min(0)).min(1).nullable().default(null).describe('only these layers, from 0'),
  rank_pattern: z
    .record(z.string(), z.int().positive())
    .default({})
    .meta({ description: 'another rank for some modules', shown: '{NAME: R}' }),
  alpha_pattern: z
    .record(z.string(), z.number().positive())
    .default({})
    .meta({ description: 'another alpha for some modules', shown: '{NAME: ALPHA}' }),
  use_rslora: z.boolean().default(false).describe('scale by alpha / sqrt(r)'),
  modules_to_save: z.array(z.string().min(1)).default([]).describe('modules trained whole and saved with the adapter'),
  trainable_tokens: z
    .array(z.union([z.string().min(1), z.int().min(0)], { error: 'expected the text of a token, or its id' }))
    .default([])
    .describe('existing tokens, by text or id, whose rows are trained; new_tokens always are'),
  init_lora_weights: z
    .union([z.literal(true), z.literal('gaussian')], { error: 'expected true or gaussian' })
    .default(true)
    .describe('initial A: true is Kaiming uniform, as in PEFT; B is zero either way'),
  bias: z.literal('none').default('none').describe('biases are not trained'),
});

/** Checked and completed options: alpha is a number. */
export type LoraOptions = Omit<z.output<typeof options>, 'alpha'> & { alpha: number };

/** Fills what depends on another option. */
export function complete(values: z.output<typeof options>): LoraOptions {
  return { ...values, alpha: values.alpha ?? 2 * values.r };
}

export const method = defineTuning({
  options,
  complete,
  keepsWeights: true,
  run: () => import('./lora.ts'),
});
