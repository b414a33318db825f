import { AttuneError } from '../../base/errors.ts';
import { keyedNormal, keyedUniform, type ParameterKey } from '../../models/initialise.ts';
import { isLinear, type Parameter } from '../../nn/index.ts';
import { zeros, type Tensor } from '../../tensor/index.ts';
import { hasTransposed } from './adapter-file.ts';
import { begin, tuneLayers, type Start } from './layer-method.ts';
import { loraOn, type LowRankAdapter } from './lora-adapter.ts';
import type { LoraOptions } from './lora.options.ts';
import { fromPattern, type Target } from './targets.ts';

/** Low-rank adapters on linear layers and convolutions. */
export const { create, open } = tuneLayers<LoraOptions, Target>({
  peftType: 'LORA',
  accepts: () => true,
  check(targets, { dropout }) {
    if (dropout > 0) refuseDropout(targets);
  },
  parts: (targets, options, start) =>
    targets.map(({ path, layer }) => {
      const rank = fromPattern(options.rank_pattern, path) ?? options.r;
      const alpha = fromPattern(options.alpha_pattern, path) ?? options.alpha;
      const scaling = alpha / (options.use_rslora ? Math.sqrt(rank) : rank);
      const adapter = loraOn(layer, { path, rank, scaling, dropout: options.dropout });
      initialise(adapter, options, start);
      return adapter;
    }),
  config: (options, targets) => ({
    ...otherVariants,
    alpha_pattern: options.alpha_pattern,
    bias: 'none',
    exclude_modules: options.exclude_modules,
    fan_in_fan_out: hasTransposed(targets),
    init_lora_weights: options.init_lora_weights,
    layers_to_transform: options.layers_to_transform,
    lora_alpha: options.alpha,
    lora_dropout: options.dropout,
    r: options.r,
    rank_pattern: options.rank_pattern,
    use_rslora: options.use_rslora,
  }),
});

/** Keys that PEFT 0.17 writes for variants of LoRA that are not offered here. */
const otherVariants = {
  corda_config: null,
  eva_config: null,
  layer_replication: null,
  layers_pattern: null,
  loftq_config: {},
  lora_bias: false,
  megatron_config: null,
  megatron_core: 'megatron.core',
  qalora_group_size: 16,
  target_parameters: null,
  use_dora: false,
  use_qalora: false,
};

/** PEFT's start: A Kaiming-uniform with a = √5 (bound 1/√in), or normal with deviation 1/r; B zero. */
function initialise(adapter: LowRankAdapter, options: LoraOptions, start: Start): void {
  const { lora_A: a, lora_B: b, rank, path } = adapter;
  begin(a, start, (seed) => {
    const key = { seed, path: `lora_A:${path}` };
    return options.init_lora_weights === 'gaussian' ? keyedNormal(a.shape, key, 1 / rank) : kaimingUniform(a, key);
  });
  begin(b, start, () => zeros(b.shape));
}

/** Uniform within 1/√(values of a row). */
export function kaimingUniform(parameter: Parameter, key: ParameterKey): Tensor {
  const bound = 1 / Math.sqrt(parameter.size / parameter.shape[0]);
  return keyedUniform(parameter.shape, key)
    .mul(2 * bound)
    .sub(bound);
}

/** What keys dropout is the place of a token, and maps of a network's inside have none. */
function refuseDropout(targets: readonly Target[]): void {
  const [first] = targets.filter(({ layer }) => !isLinear(layer));
  if (first === undefined) return;
  throw new AttuneError('E_DROPOUT_UNSUPPORTED', {
    what: 'Adapters on convolutions have no dropout',
    got: `tuning.dropout above 0, and ${first.path} among the layers with an adapter`,
    fix: 'set tuning.dropout to 0',
  });
}
