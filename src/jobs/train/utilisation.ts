// N input tokens, L of them with loss, D width, V vocabulary
import type { Utilisation } from '../../base/profile-event.ts';
import { tokenTableOf } from '../../models/architecture.ts';
import type { Model } from '../../models/model.ts';
import { isLinear, type LinearLike } from '../../engine/nn/index.ts';
import { textLengths, tokensOf, type PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import { trainedTokens } from '../../answering/tasks/rows/trained-tokens.ts';
import { matrixProductRate } from '../doctor/rates.ts';

/** Rounds of matrix products for measuring the machine's peak rate. */
const ROUNDS = 10;

/**
 * Model FLOPs utilisation of a step (Chowdhery et al., 2022), by the formula of `npm run bench`: the model's
 * operations, without recomputation, divided by the time and by the rate of a single product in the compute type.
 * Undefined for models whose operations do not follow from token counts alone.
 */
export function utilisationOf(model: Model, rows: readonly PreparedRow[], seconds: number): Utilisation | undefined {
  const operations = operationsOf(model, rows);
  if (operations === undefined) return undefined;
  const dtype = model.dtype === 'bf16' ? 'bf16' : 'f32';
  const gflops = matrixProductRate(dtype, ROUNDS);
  return { share: operations / seconds / (gflops * 1e9), dtype, gflops };
}

/**
 * Operations of a training step. Two per weight and token forward, two for the input gradient, two for the weight
 * gradient if trained; attention scores and values take 7 × layers × width × Σ length² (causal). Undefined for models
 * with two stacks, experts or images, and for those that do not predict next tokens.
 */
export function operationsOf(model: Model, rows: readonly PreparedRow[]): number | undefined {
  const { trunk } = model;
  const others = [trunk.encoderStack, trunk.towers, trunk.imageReader];
  const isSimple = others.every((one) => one === undefined) && trunk.tokenTable !== undefined;
  if (!isSimple || model.task !== 'causal-lm') return undefined;
  const layers = [...trunk.modules()];
  if (layers.some(([path]) => /(^|\.)experts\./.test(path))) return undefined;
  const linear = layers.flatMap(([, module]) => (isLinear(module) ? [operationsPerToken(module)] : []));
  const inputTokens = sum(rows.map(tokensOf));
  return sum(linear) * inputTokens + headOperations(model) * sum(rows.map(trainedTokens)) + attention(model, rows);
}

function operationsPerToken(layer: LinearLike): number {
  const adapters = layer.adapters.always.flatMap((adapter) => adapter.lowRank?.() ?? []);
  return (layer.weight.trainable ? 6 : 4) * layer.weight.size + 6 * sum(adapters.map(({ a, b }) => a.size + b.size));
}

/** Multiplications of the vocabulary projection, by the head's own matrix or the tied token table. */
function headOperations({ head, trunk }: Model): number {
  const own = [...head.modules()].flatMap(([, module]) => (isLinear(module) ? [module.weight] : []));
  const [{ size, trainable }] = [...own, tokenTableOf(trunk).weight];
  return (trainable ? 6 : 4) * size;
}

function attention({ trunk, config }: Model, rows: readonly PreparedRow[]): number {
  const heads = Number(config.num_attention_heads) * Number(config.head_dim);
  const width = Number.isFinite(heads) ? heads : trunk.width;
  return 7 * trunk.stack.blockList.length * width * sum(rows.flatMap(textLengths).map((tokens) => tokens ** 2));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
