import { AttuneError } from '../../base/errors.ts';
import { keyedNormal, keyedUniform, type ParameterKey } from '../../models/initialise.ts';
import { TokenHead } from '../../models/heads/token-head.ts';
import { tokenTables } from '../../models/token-tables.ts';
import { isLinear, type Embedding, type Parameter } from '../../engine/nn/index.ts';
import { aten, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { KeepWeight } from '../../models/skeleton.ts';
import type { Model } from '../../models/model.ts';
import type { Begun, Kept, PassedRows, Trainable } from '../interfaces.ts';
import { explainedStart } from './eva-start.ts';
import { notingLosses } from './loftq.ts';
import { hasTransposed } from './adapter-file.ts';
import { begin, tuneLayers, type Start } from './layer-method.ts';
import type { AdaptableLayer } from './layer-adapter.ts';
import { LoraAdapter, loraOn, type LoraConvolution, type LowRankAdapter } from './lora-adapter.ts';
import { LoraEmbedding } from './lora-embedding.ts';
import type { LoraOptions } from './lora.options.ts';
import { trainBiases } from './trained-biases.ts';
import { writeTargets } from './target-options.ts';
import { fromPattern, isProduct, rankAndAlpha, wantedPaths, type Target } from './targets.ts';

/** Low-rank adapters on linear layers, convolutions and the token table. */
/** Records the quantisation errors of adapted layers for LoftQ. */
export function beforeLoad(options: LoraOptions, keep: KeepWeight | undefined): Kept {
  if (options.init_lora_weights !== 'loftq') return { keep };
  const isWanted = wantedPaths(options);
  return notingLosses(keep, (path) =>
    isWanted(path) ? (fromPattern(options.rank_pattern, path) ?? options.r) : undefined,
  );
}

export async function beforeStart(
  options: LoraOptions,
  model: Model,
  passed: PassedRows | undefined,
): Promise<Begun<LoraOptions> | undefined> {
  return options.init_lora_weights === 'eva' ? explainedStart(options, model, passed) : undefined;
}

export const { create, open } = tuneLayers<LoraOptions, Target<AdaptableLayer>>({
  peftType: 'LORA',
  accepts: () => true,
  check(targets, { dropout, use_dora: isDora, lora_bias: hasBias, init_lora_weights: start }) {
    const products = targets.filter(({ layer }) => isProduct(layer));
    if (isOfWeight(start)) refuseStart(targets, start, { isDora, dropout });
    if (dropout > 0) refuseBesideLinear(products, 'dropout above 0', 'set tuning.dropout to 0');
    if (hasBias) refuseTables(targets);
  },
  parts: (targets, options, start) =>
    targets.map(({ path, layer }) => {
      const { rank, alpha } = rankAndAlpha(options, path);
      const scaling = alpha / (options.use_rslora ? Math.sqrt(rank) : rank);
      const { dropout, lora_bias: hasBias, use_dora: hasMagnitude } = options;
      if (!isProduct(layer)) return embeddingAdapter(layer, { path, rank, scaling, hasMagnitude }, start);
      const adapter = loraOn(layer, { path, rank, scaling, dropout, hasBias, hasMagnitude });
      initialise(adapter, options, start);
      if (!options.train_a) adapter.freeze(adapter.lora_A);
      return adapter;
    }),
  config: (written, targets) => {
    const options = isOfWeight(written.init_lora_weights) ? doubled(written) : written;
    return configOf(options, targets);
  },
  rated: (one, { loraplus_lr_ratio: ratio }) => (ratio === null ? one : withRatio(one, ratio)),
  beside: (options, targets, model) => trainBiases(model, targets, options),
});

/** LoRA+ (Hayou et al., 2024): a higher learning rate for B, and for vectors, as in PEFT. */
export function withRatio(one: Trainable, rate: number): Trainable {
  return one.name.includes('lora_B') || one.parameter.shape.length === 1 ? { ...one, rate } : one;
}

function configOf(options: LoraOptions, targets: readonly Target<AdaptableLayer>[]) {
  return {
    ...otherVariants,
    ...writeTargets(options),
    alpha_pattern: options.alpha_pattern,
    bias: options.bias,
    fan_in_fan_out: hasTransposed(targets),
    // The saved adapter is plain LoRA, so that PEFT does not change the base for it.
    init_lora_weights: options.init_lora_weights === 'gaussian' ? 'gaussian' : true,
    lora_alpha: options.alpha,
    lora_bias: options.lora_bias,
    lora_dropout: options.dropout,
    r: options.r,
    rank_pattern: options.rank_pattern,
    use_dora: options.use_dora,
    use_rslora: options.use_rslora,
  };
}

/** Initialisations from a part of the weight; saved as plain LoRA of twice the rank on the original weight. */
function isOfWeight(start: LoraOptions['init_lora_weights']): start is 'pissa' | 'olora' {
  return start === 'pissa' || start === 'olora';
}

/** Keeps the scale at twice the rank. */
function doubled(options: LoraOptions): LoraOptions {
  const factor = options.use_rslora ? Math.SQRT2 : 2;
  const times = (pattern: Readonly<Record<string, number>>, by: number) =>
    Object.fromEntries(Object.entries(pattern).map(([key, value]) => [key, value * by]));
  const { r, alpha, rank_pattern: ranks, alpha_pattern: alphas } = options;
  const patterns = { rank_pattern: times(ranks, 2), alpha_pattern: times(alphas, factor) };
  return { ...options, ...patterns, r: 2 * r, alpha: alpha * factor };
}

/** @throws E_NO_TARGETS, E_DROPOUT_UNSUPPORTED */
function refuseStart(
  targets: readonly Target<AdaptableLayer>[],
  start: string,
  { isDora, dropout }: { isDora: boolean; dropout: number },
): void {
  refuseBesideLinear(targets, `init_lora_weights ${start}`, 'set tuning.init_lora_weights to true');
  if (!isDora && dropout === 0) return;
  throw new AttuneError('E_START_UNSUPPORTED', {
    what: `init_lora_weights ${start} leaves a layer's initial output unchanged, but dropout and DoRA would change it`,
    got: isDora ? 'use_dora' : `dropout ${dropout}`,
    fix: 'set tuning.init_lora_weights to true',
  });
}

/** Keys that PEFT 0.17 writes for LoRA variants that are not supported here. */
const otherVariants = {
  corda_config: null,
  eva_config: null,
  layer_replication: null,
  loftq_config: {},
  megatron_config: null,
  megatron_core: 'megatron.core',
  qalora_group_size: 16,
  target_parameters: null,
  use_qalora: false,
};

/** PEFT's initialisation: A Kaiming-uniform with a = √5 (bound 1/√in), or normal with standard deviation 1/r; B zero. */
function initialise(adapter: LoraAdapter | LoraConvolution, options: LoraOptions, start: Start): void {
  const { lora_A: a, lora_B: b, rank, path } = adapter;
  const { init_lora_weights: kind } = options;
  if (start.model.device !== 'meta' && adapter instanceof LoraAdapter && isOfWeight(kind)) {
    const part = partOfWeight(adapter, kind);
    if (start.seed === undefined) return adapter.takeOut(part);
    adapter.beginWith(part);
    return trainBoth(adapter);
  }
  const residual = kind === 'loftq' ? start.residuals?.get(path) : undefined;
  if (residual !== undefined) {
    const share = 1 / Math.sqrt(adapter.scaling);
    const { device } = start.model;
    a.assign(residual.a.narrow(0, 0, rank).mul(share).toDevice(device));
    b.assign(residual.b.narrow(1, 0, rank).mul(share).toDevice(device));
    return trainBoth(adapter);
  }
  begin(a, start, (seed) => {
    const key = { seed, path: `lora_A:${path}` };
    const given = start.starts?.get(path);
    if (given !== undefined) return given.clone();
    return options.init_lora_weights === 'gaussian' ? keyedNormal(a.shape, key, 1 / rank) : kaimingUniform(a, key);
  });
  begin(b, start, () => zeros(b.shape));
  const { lora_B_bias: bias, lora_magnitude_vector: magnitude } = adapter;
  if (bias !== undefined) begin(bias, start, () => zeros(bias.shape));
  if (magnitude !== undefined) begin(magnitude, start, () => adapter.ownLengths());
}

/** PEFT's initialisation: A zero, B normal. */
function embeddingAdapter(
  table: Embedding,
  shape: { path: string; rank: number; scaling: number; hasMagnitude: boolean },
  start: Start,
): LoraEmbedding {
  const { trunk, head } = start.model;
  const isOfTokens = table === trunk.tokenTable;
  const isHead = isOfTokens && tokenTables(start.model).output === undefined && head instanceof TokenHead;
  const adapter = new LoraEmbedding(table, { ...shape, isHead });
  const { lora_embedding_A: a, lora_embedding_B: b, lora_magnitude_vector: magnitude } = adapter;
  begin(a, start, () => zeros(a.shape));
  begin(b, start, (seed) => keyedNormal(b.shape, { seed, path: `lora_embedding_B:${shape.path}` }, 1));
  if (magnitude !== undefined) begin(magnitude, start, () => adapter.ownLengths());
  return adapter;
}

function trainBoth({ lora_A: a, lora_B: b }: LowRankAdapter): void {
  a.setTrainable(true);
  b.setTrainable(true);
}

/**
 * PiSSA (Meng et al., 2024): the first singular vectors. OLoRA (Büyükakyüz, 2024): the first columns of the orthogonal
 * factor.
 */
function partOfWeight(adapter: LoraAdapter, kind: 'pissa' | 'olora'): { a: Tensor; b: Tensor } {
  const { rank, scaling, path, layer } = adapter;
  const most = Math.min(layer.inFeatures, layer.outFeatures);
  if (rank > most) {
    throw new AttuneError('E_START_UNSUPPORTED', {
      what: `init_lora_weights ${kind} takes singular directions of a weight, and ${path} has at most ${most}`,
      got: `rank ${rank}`,
      fix: `lower tuning.r, or give this layer another rank: tuning.rank_pattern`,
    });
  }
  return scope(() => {
    const weight = adapter.weightRows();
    if (kind === 'olora') {
      const [q, r] = aten.linalg_qr.default(weight);
      return { a: r.narrow(0, 0, rank).clone(), b: q.narrow(1, 0, rank).clone() };
    }
    const [u, s, vt] = aten.linalg_svd.default(weight, { full_matrices: false });
    const root = s.narrow(0, 0, rank).pow(0.5).div(Math.sqrt(scaling));
    return { a: vt.narrow(0, 0, rank).mul(root.unsqueeze(1)), b: u.narrow(1, 0, rank).mul(root) };
  });
}

/** Uniform within 1/√(number of columns). */
export function kaimingUniform(parameter: Parameter, key: ParameterKey): Tensor {
  const bound = 1 / Math.sqrt(parameter.size / parameter.shape[0]);
  return keyedUniform(parameter.shape, key)
    .mul(2 * bound)
    .sub(bound);
}

/** @throws E_DROPOUT_UNSUPPORTED: a table lookup is not a product with a bias */
function refuseTables(targets: readonly Target<AdaptableLayer>[]): void {
  const table = targets.find(({ layer }) => !isProduct(layer));
  if (table === undefined) return;
  throw new AttuneError('E_DROPOUT_UNSUPPORTED', {
    what: 'Adapters on embedding tables cannot have a bias',
    got: `tuning.lora_bias, and ${table.path} among the layers with an adapter`,
    fix: 'set tuning.lora_bias to false',
  });
}

/** Dropout is keyed by token positions, which feature maps do not have. */
function refuseBesideLinear(targets: readonly Target<AdaptableLayer>[], got: string, fix: string): void {
  const [first] = targets.filter(({ layer }) => !isLinear(layer));
  if (first === undefined) return;
  throw new AttuneError('E_DROPOUT_UNSUPPORTED', {
    what: 'Adapters on convolutions and embedding tables support neither dropout nor a special init_lora_weights',
    got: `tuning.${got}, and ${first.path} among the layers with an adapter`,
    fix,
  });
}
