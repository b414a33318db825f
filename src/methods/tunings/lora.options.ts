import { z } from 'zod';
import type { SearchRange } from '../recipe/search-range.ts';
import { defineTuning } from '../method.ts';
import {
  MOST_RANK,
  rankPatterns,
  readPatterns,
  readTargets,
  savedModules,
  storedDropout,
  storedFactor,
  storedRank,
  storedPatterns,
  targetKeys,
  targetOptions,
} from './target-options.ts';

/** Low-rank adapters with PEFT's meaning: y = Wx + (alpha / r) · B A x. */
export const options = z.strictObject({
  r: z
    .int()
    .positive()
    .max(MOST_RANK)
    .default(16)
    .meta({
      description: 'rank of the update',
      search: { stage: 2, values: [4, 8, 16, 32, 64] } satisfies SearchRange,
    }),
  alpha: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('the update is scaled by alpha / r (default: twice the rank)'),
  dropout: z.number().min(0).lt(1).default(0).describe("dropout on the adapter's input"),
  ...targetOptions,
  ...rankPatterns,
  use_rslora: z.boolean().default(false).describe('scale by alpha / sqrt(r)'),
  ...savedModules,
  trainable_tokens: z
    .array(z.union([z.string().min(1), z.int().min(0)], { error: 'expected the text of a token, or its id' }))
    .default([])
    .describe('existing tokens to train, by text or id; new_tokens are always trained'),
  init_lora_weights: z
    .union([z.literal(true), z.enum(['gaussian', 'pissa', 'olora', 'loftq', 'eva'])], {
      error: 'expected true, gaussian, pissa, olora, loftq or eva',
    })
    .default(true)
    .describe(
      'initial weights; true and gaussian: A random, B zero; pissa, olora: the principal part of each ' +
        'weight, removed from the base; loftq: the quantisation error of storage nf4 or fp4; eva: the ' +
        'main directions of layer inputs on the training rows',
    ),
  eva_rho: z
    .number()
    .min(1)
    .default(2)
    .describe('with eva: maximum rank of a layer, as a multiple of the usual rank; 1: equal ranks'),
  use_dora: z.boolean().default(false).describe("train the magnitude of the changed weight's rows separately (DoRA)"),
  lora_bias: z.boolean().default(false).describe('train a bias on B'),
  train_a: z
    .boolean()
    .default(true)
    .describe('train A; false: trains B alone and keeps A at its initial value (LoRA-FA, FFA-LoRA)'),
  bias: z
    .enum(['none', 'all', 'lora_only'])
    .default('none')
    .describe('biases of the model that are also trained and saved; lora_only: those of the layers with an adapter'),
  loraplus_lr_ratio: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("learning rate of B as a multiple of A's (LoRA+); 16 is usual"),
});

/** Validated options; alpha is a number. */
export type LoraOptions = Omit<z.output<typeof options>, 'alpha'> & { alpha: number };

/** Fills in options that depend on others. */
export function complete(values: z.output<typeof options>): LoraOptions {
  return { ...values, alpha: values.alpha ?? 2 * values.r };
}

/** Initialisations that do not change the base. */
const PLAIN_STARTS: readonly unknown[] = [true, false, null, undefined, 'gaussian', 'eva', 'orthogonal'];

/** Also includes initialisations that deterministically take a part of the base's weights. */
const KNOWN_STARTS: ReadonlySet<unknown> = new Set([...PLAIN_STARTS, 'pissa', 'olora']);

export const peftConfig = z.object({
  r: storedRank,
  lora_alpha: storedFactor,
  lora_dropout: storedDropout,
  ...targetKeys,
  ...storedPatterns,
  use_rslora: z.boolean().nullish(),
  init_lora_weights: z
    .unknown()
    .optional()
    .refine((start) => KNOWN_STARTS.has(start), {
      error: ({ input }) =>
        `is ${JSON.stringify(input)}: PEFT changes the base model's weights when it loads such an adapter; ` +
        'save it as plain LoRA (path_initial_model_for_weight_conversion)',
    }),
  bias: z.enum(['none', 'all', 'lora_only']).default('none'),
  /** Records of the initialisation. */
  eva_config: z.unknown().optional(),
  use_dora: z.boolean().nullish(),
  lora_bias: z.boolean().nullish(),
});

/** For these, PEFT subtracts a part of the base's weights again when loading the adapter. */
function startOf(written: unknown): LoraOptions['init_lora_weights'] {
  return written === 'pissa' || written === 'olora' ? written : true;
}

/** Options in a PEFT LoRA's adapter_config.json. */
export function fromPeft(written: z.output<typeof peftConfig>): LoraOptions {
  return {
    r: written.r,
    alpha: written.lora_alpha,
    dropout: written.lora_dropout,
    ...readTargets(written),
    ...readPatterns(written),
    use_rslora: written.use_rslora ?? false,
    trainable_tokens: [],
    init_lora_weights: startOf(written.init_lora_weights),
    eva_rho: 2,
    bias: written.bias,
    use_dora: written.use_dora ?? false,
    lora_bias: written.lora_bias ?? false,
    train_a: true,
    loraplus_lr_ratio: null,
  };
}

export const method = defineTuning({
  options: options.refine(({ use_dora: isDora, lora_bias: hasBias }) => !isDora || !hasBias, {
    path: ['lora_bias'],
    error: 'cannot be combined with use_dora: remove one of them',
  }),
  complete,
  keepsWeights: true,
  peft: {
    types: ['LORA'],
    config: peftConfig,
    read: fromPeft,
  },
  rate: { like: 'lora', times: 1 },
  run: () => import('./lora.ts'),
});
