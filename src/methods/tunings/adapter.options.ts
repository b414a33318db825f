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
      'placement of adapters; houlsby: after attention and after the MLP; pfeiffer: after the MLP; parallel: ' +
        'in parallel with the MLP',
    ),
  reduction_factor: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("ratio of the model's width to the bottleneck's (default: 16, with parallel 2)"),
  bottleneck_size: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('width of the bottleneck, instead of reduction_factor'),
  non_linearity: z
    .enum(NON_LINEARITIES)
    .nullable()
    .default(null)
    .describe('activation in the bottleneck (default: relu, with houlsby swish)'),
  scaling: z
    .union([z.number().positive(), z.literal('learned')], { error: 'expected a positive number, or learned' })
    .nullable()
    .default(null)
    .meta({
      description: "factor of the adapter's output (default: 1, with parallel 4); learned: trained, starting at 1",
      shown: 'NUMBER|learned',
    }),
  dropout: z.number().min(0).lt(1).default(0).describe("dropout on the adapter's output"),
  init_weights: z
    .enum(['mam_adapter', 'bert'])
    .default('mam_adapter')
    .describe(
      'initial weights; mam_adapter: exactly the base model, with a zero up-projection; bert: near it, ' +
        'both projections normal (0.02)',
    ),
  cross_attention: z.boolean().default(false).describe("with houlsby: after a decoder's attention to its encoder too"),
  layers_to_transform: targetOptions.layers_to_transform,
  ...savedModules,
});

type Given = z.output<typeof options>;

/** Validated options with all defaults. */
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
  error: 'set this or reduction_factor',
});

export const method = defineTuning({
  options: options
    .refine((given) => given.bottleneck_size === null || given.reduction_factor === null, {
      path: ['bottleneck_size'],
      error: 'contradicts reduction_factor, which sets the same width: remove one of them',
    })
    .refine((given) => given.style === 'houlsby' || !given.cross_attention, {
      path: ['cross_attention'],
      error: 'applies to style houlsby only: the other styles put adapters only at MLPs',
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
