import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { savedModules, storedDropout, storedFactor, storedRank, targetOptions } from './target-options.ts';

const STYLES = ['houlsby', 'pfeiffer', 'parallel'] as const;
const NON_LINEARITIES = [
  'relu',
  'gelu',
  'gelu_new',
  'silu',
  'swish',
  'tanh',
  'leaky_relu',
  'sigmoid',
  'linear',
] as const;

/**
 * Bottleneck adapters: a projection to few features, a non-linearity and a projection back, added to a sublayer's
 * output (Houlsby et al., 2019; Pfeiffer et al., 2021) or in parallel with it (He et al., 2022). Options have the
 * names of the library `adapters`, and its defaults for each style.
 */
export const options = z.strictObject({
  style: z
    .enum(STYLES)
    .default('pfeiffer')
    .describe(
      'houlsby: after attention and after the MLP; pfeiffer: after the MLP; parallel: in parallel with the MLP',
    ),
  reduction_factor: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("the model's width in that of the bottleneck; 16 unless given, 2 in parallel"),
  bottleneck_size: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('features of the bottleneck, in place of reduction_factor'),
  non_linearity: z
    .enum(NON_LINEARITIES)
    .nullable()
    .default(null)
    .describe('in the bottleneck; swish for houlsby, else relu, unless given'),
  scaling: z
    .union([z.number().positive(), z.literal('learned')], { error: 'expected a positive number, or learned' })
    .nullable()
    .default(null)
    .meta({
      description: 'what is added is multiplied by it; 4 in parallel, else 1, unless given; learned begins with 1',
      shown: 'NUMBER|learned',
    }),
  dropout: z.number().min(0).lt(1).default(0).describe('dropout on what is added'),
  init_weights: z
    .enum(['mam_adapter', 'bert'])
    .default('mam_adapter')
    .describe(
      'mam_adapter: begins exactly at the base, the projection back is zero; bert: near it, both normal (0.02)',
    ),
  cross_attention: z.boolean().default(false).describe("with houlsby: after a decoder's attention to its encoder too"),
  layers_to_transform: targetOptions.layers_to_transform,
  ...savedModules,
});

type Given = z.output<typeof options>;

/** Checked and completed options. */
export type AdapterOptions = Omit<Given, 'non_linearity' | 'scaling'> & {
  non_linearity: (typeof NON_LINEARITIES)[number];
  scaling: number | 'learned';
};

function complete(given: Given): AdapterOptions {
  const { style, bottleneck_size: size } = given;
  const isParallel = style === 'parallel';
  return {
    ...given,
    reduction_factor: size === null ? (given.reduction_factor ?? (isParallel ? 2 : 16)) : null,
    non_linearity: given.non_linearity ?? (style === 'houlsby' ? 'swish' : 'relu'),
    scaling: given.scaling ?? (isParallel ? 4 : 1),
  };
}

const written = z.object({
  style: z.enum(STYLES),
  bottleneck_size: storedRank.nullish(),
  reduction_factor: storedFactor.nullish(),
  non_linearity: z.enum(NON_LINEARITIES),
  scaling: z.union([storedFactor, z.literal('learned')]),
  dropout: storedDropout,
  init_weights: z.unknown().optional(),
  cross_attention: z.boolean().nullish(),
  layers_to_transform: z.array(z.int().min(0)).nullish(),
});

const config = written.refine(({ bottleneck_size: size, reduction_factor: factor }) => (size ?? factor) != null, {
  path: ['bottleneck_size'],
  error: 'expected this or reduction_factor',
});

export const method = defineTuning({
  options: options
    .refine((given) => given.bottleneck_size === null || given.reduction_factor === null, {
      path: ['bottleneck_size'],
      error: 'contradicts reduction_factor, which sets the same: remove one of them',
    })
    .refine((given) => given.style === 'houlsby' || !given.cross_attention, {
      path: ['cross_attention'],
      error: 'acts only with style houlsby: the others put adapters at MLPs alone',
    }),
  complete,
  keepsWeights: true,
  peft: {
    types: ['BOTTLENECK_ADAPTER'],
    config,
    read: (written): AdapterOptions => ({
      ...written,
      bottleneck_size: written.bottleneck_size ?? null,
      reduction_factor: written.reduction_factor ?? null,
      dropout: 0,
      init_weights: 'mam_adapter',
      cross_attention: written.cross_attention ?? false,
      layers_to_transform: written.layers_to_transform ?? null,
      modules_to_save: [],
    }),
  },
  rate: { like: 'lora', times: [3, 1] },
  run: () => import('./adapter.ts'),
});
