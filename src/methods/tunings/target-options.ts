import { z } from 'zod';
import type { SearchRange } from '../recipe/search-range.ts';

const names = z.array(z.string().min(1)).min(1);
const listName = z.string().regex(/^[\w.]+$/, { error: 'expected the name of a list of layers: layers, h, block' });

/** Options of every tuning with adapters on layers, with PEFT's names. */
export const targetOptions = {
  target_modules: z
    .union([z.string().min(1), names], {
      error: 'expected all-linear, a list of module names, or a regular expression',
    })
    .default('all-linear')
    .meta({
      description: 'modules to adapt: names, or a regex of whole paths',
      shown: 'all-linear|LIST|REGEX',
      search: { stage: 3, values: ['all-linear', '.*[Aa]tt(n|ention).*'] } satisfies SearchRange,
    }),
  layers_to_transform: z
    .array(z.int().min(0))
    .min(1)
    .nullable()
    .default(null)
    .describe('adapt only these layers, counted from 0'),
  layers_pattern: z
    .array(listName)
    .nullable()
    .default(null)
    .describe(
      'names of the layer lists that these numbers index, if lists are nested (default: the outermost; ' +
        '[]: the innermost)',
    ),
  exclude_modules: z
    .union([z.string().min(1), names], { error: 'expected a list of module names, or a regular expression' })
    .nullable()
    .default(null)
    .meta({ description: 'modules to exclude from these', shown: 'LIST|REGEX' }),
};

export const savedModules = {
  modules_to_save: z
    .array(z.string().min(1))
    .default([])
    .describe('modules to train in full and save with the adapter'),
};

/** Different values for some modules. */
export function pattern(what: string, value: z.ZodNumber) {
  return z
    .record(z.string(), value)
    .default({})
    .meta({ description: `a different ${what} for some modules`, shown: `{NAME: ${what.toUpperCase()}}` });
}

/** Bounds of numbers in adapter_config.json: larger shapes would overflow before they are compared with the file's. */
export const storedRank = z.int().positive().max(1_000_000);
export const storedFactor = z.number().positive().max(1_000_000);
export const storedDropout = z.number().min(0).lt(1).default(0);
export const storedRanks = z.record(z.string(), storedRank).nullish();
export const storedFactors = z.record(z.string(), storedFactor).nullish();

/** Ranks and scaling of individual modules, as options … */
/** No supported model has wider layers; a higher rank is a typo that would allocate terabytes. */
export const MOST_RANK = 65_536;

export const rankPatterns = {
  rank_pattern: pattern('r', z.int().positive().max(MOST_RANK)),
  alpha_pattern: pattern('alpha', z.number().positive()),
};

/** … in adapter_config.json … */
export const storedPatterns = { rank_pattern: storedRanks, alpha_pattern: storedFactors };

/** … and converted back to options. */
export function readPatterns({ rank_pattern, alpha_pattern }: z.output<z.ZodObject<typeof storedPatterns>>) {
  return { rank_pattern: rank_pattern ?? {}, alpha_pattern: alpha_pattern ?? {} };
}

/** Target keys in adapter_config.json. */
export const targetKeys = {
  target_modules: z.union([z.string(), z.array(z.string())]),
  layers_to_transform: z.union([z.array(z.int()), z.int().transform((value) => [value])]).nullish(),
  layers_pattern: z.union([z.array(listName), z.string().transform((name) => (name === '' ? [] : [name]))]).nullish(),
  exclude_modules: z.union([z.string(), z.array(z.string())]).nullish(),
};

/** Keys of most methods in adapter_config.json. The initialisation is ignored, since tensors are loaded anyway. */
export const layerKeys = {
  ...targetKeys,
  bias: z.literal('none', { error: 'adapters that train biases cannot be loaded' }).nullish(),
  init_weights: z.unknown().optional(),
};

/** Options for the layers named in adapter_config.json. */
export function readTargets(config: z.output<z.ZodObject<typeof targetKeys>>) {
  const { target_modules, layers_to_transform: layers, layers_pattern, exclude_modules = null } = config;
  return {
    target_modules,
    layers_to_transform: layers == null || layers.length === 0 ? null : layers,
    layers_pattern: layers_pattern ?? [],
    exclude_modules,
    modules_to_save: [] as string[],
  };
}

/** Target keys as written by most methods. */
export function writeTargets(
  options: Pick<
    z.output<z.ZodObject<typeof targetOptions>>,
    'layers_to_transform' | 'layers_pattern' | 'exclude_modules'
  >,
) {
  const { layers_to_transform, layers_pattern: lists, exclude_modules } = options;
  const isNamed = layers_to_transform !== null && lists !== null && lists.length > 0;
  return { exclude_modules, layers_to_transform, layers_pattern: isNamed ? lists : null, bias: 'none' };
}
