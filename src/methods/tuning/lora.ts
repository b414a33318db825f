import { AttuneError } from '../../base/errors.ts';
import { keyedNormal, keyedUniform, type ParameterKey } from '../../models/initialise.ts';
import type { Model } from '../../models/model.ts';
import { isLinear, ModuleBuffer, type Parameter } from '../../nn/index.ts';
import { zeros, type Tensor } from '../../tensor/index.ts';
import { hasTransposed } from './adapter-file.ts';
import { begin, tuneLayers, type Start } from './layer-method.ts';
import { LoraAdapter, loraOn, type LowRankAdapter } from './lora-adapter.ts';
import type { LoraOptions } from './lora.options.ts';
import { ROOT } from './peft-adapter.ts';
import { SavedParameter } from './saved-modules.ts';
import { fromPattern, isSaved, type Target } from './targets.ts';

/** Low-rank adapters on linear layers and convolutions. */
export const { create, open } = tuneLayers<LoraOptions, Target>({
  peftType: 'LORA',
  accepts: () => true,
  check(targets, { dropout, use_dora: isDora, lora_bias: hasBias }) {
    if (dropout > 0) refuseOnConvolutions(targets, 'dropout above 0', 'set tuning.dropout to 0');
    if (isDora) refuseOnConvolutions(targets, 'use_dora', 'set tuning.use_dora to false');
    if (hasBias) refuseOnConvolutions(targets, 'lora_bias', 'set tuning.lora_bias to false');
  },
  parts: (targets, options, start) =>
    targets.map(({ path, layer }) => {
      const rank = fromPattern(options.rank_pattern, path) ?? options.r;
      const alpha = fromPattern(options.alpha_pattern, path) ?? options.alpha;
      const scaling = alpha / (options.use_rslora ? Math.sqrt(rank) : rank);
      const { dropout, lora_bias: hasBias, use_dora: hasMagnitude, loraplus_lr_ratio: ratio } = options;
      const adapter = loraOn(layer, { path, rank, scaling, dropout, hasBias, hasMagnitude, ratio });
      initialise(adapter, options, start);
      return adapter;
    }),
  config: (options, targets) => ({
    ...otherVariants,
    alpha_pattern: options.alpha_pattern,
    bias: options.bias,
    exclude_modules: options.exclude_modules,
    fan_in_fan_out: hasTransposed(targets),
    init_lora_weights: options.init_lora_weights,
    layers_to_transform: options.layers_to_transform,
    lora_alpha: options.alpha,
    lora_bias: options.lora_bias,
    lora_dropout: options.dropout,
    r: options.r,
    rank_pattern: options.rank_pattern,
    use_dora: options.use_dora,
    use_rslora: options.use_rslora,
  }),
  beside: ({ bias, modules_to_save }, targets, model) =>
    bias === 'all' ? trainBiases(model, targets, modules_to_save) : [],
});

/** Keys that PEFT 0.17 writes for variants of LoRA that are not offered here. */
const otherVariants = {
  corda_config: null,
  eva_config: null,
  layer_replication: null,
  layers_pattern: null,
  loftq_config: {},
  megatron_config: null,
  megatron_core: 'megatron.core',
  qalora_group_size: 16,
  target_parameters: null,
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
  if (!(adapter instanceof LoraAdapter)) return;
  const { lora_B_bias: bias, lora_magnitude_vector: magnitude } = adapter;
  if (bias !== undefined) begin(bias, start, () => zeros(bias.shape));
  if (magnitude !== undefined) begin(magnitude, start, () => adapter.ownLengths());
}

/** Uniform within 1/√(values of a row). */
export function kaimingUniform(parameter: Parameter, key: ParameterKey): Tensor {
  const bound = 1 / Math.sqrt(parameter.size / parameter.shape[0]);
  return keyedUniform(parameter.shape, key)
    .mul(2 * bound)
    .sub(bound);
}

/** What keys dropout is the place of a token, and maps of a network's inside have none; the rest is for rows of a weight. */
function refuseOnConvolutions(targets: readonly Target[], got: string, fix: string): void {
  const [first] = targets.filter(({ layer }) => !isLinear(layer));
  if (first === undefined) return;
  throw new AttuneError('E_DROPOUT_UNSUPPORTED', {
    what: 'Adapters on convolutions have no dropout, no bias and no lengths of rows',
    got: `tuning.${got}, and ${first.path} among the layers with an adapter`,
    fix,
  });
}

/** Every bias of the model, as a leaf of its own; modules that are trained whole have theirs. */
function trainBiases(model: Model, targets: readonly Target[], whole: readonly string[]): SavedParameter[] {
  const adapted = new Set(targets.map(({ path }) => path));
  return [...model.modules()].flatMap(([path, module]) => {
    if (isSaved(path, whole) || path === '') return [];
    const biases = [...module.ownParameters()].filter(([key, one]) => key === 'bias' && !(one instanceof ModuleBuffer));
    const name = adapted.has(path) ? `${path}.base_layer.bias` : `${path}.bias`;
    return biases.map(([, parameter]) => new SavedParameter(ROOT + name, { module, parameter }));
  });
}
