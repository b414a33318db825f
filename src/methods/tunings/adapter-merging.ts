// factors: A [r, in] and B [out, r] of one layer; change: scale · B A [out, in]
import { greatest } from '../../base/many.ts';
import { keyedUniform } from '../../models/initialise.ts';
import { aten, cat, ones, scope, stack, zeros, type Tensor } from '../../engine/tensor/index.ts';
import { mergeMethods, type MergeMethod, type MergeMethodName, type Rule } from './merge-methods.ts';

/** LoRA factors of one layer. */
export interface Factors {
  /** [r, in] */
  a: Tensor;
  /** [out, r] */
  b: Tensor;
  /** alpha / r, or alpha / √r */
  scale: number;
}

export interface MergeSettings {
  method: MergeMethodName;
  /** Share of entries that pruning keeps. */
  density: number;
  /** How the sign is chosen: by the sum, or by majority. */
  majoritySign: 'total' | 'frequency';
  /** Rank of results of the svd methods; the largest of the adapters' by default. */
  rank?: number;
  /** Whether DARE divides kept entries by the density, as its authors do; PEFT (0.18 to 0.20) computes that but drops it. */
  rescales?: boolean;
  /** DARE's random mask: 1 or 0, in the tensor's shape. */
  mask(tensor: Tensor, name: string): Tensor;
}

/** DARE's choice (Yu et al., 2024), keyed by the run's seed and the tensor's name. */
export function keyedMask(seed: number, density: number): MergeSettings['mask'] {
  return ({ shape }, name) => aten.lt.Scalar(keyedUniform(shape, { seed, path: `dare:${name}` }), density).to('f32');
}

/**
 * Merges several adapters' changes of one layer into one with scale 1. `factors` merges A and B separately, each
 * weighted by sign(w·s)·√|w·s| as in PEFT, so the product has cross terms.
 */
export function mergeFactors(
  path: string,
  given: readonly (Factors & { weight: number })[],
  settings: MergeSettings,
): Omit<Factors, 'scale'> {
  const method: MergeMethod = mergeMethods[settings.method];
  const weights = given.map(({ weight, scale }) => weight * scale);
  if (method.on === 'stack') {
    const a = cat(given.map((one, i) => one.a.mul(weights[i])));
    return {
      a,
      b: cat(
        given.map(({ b }) => b),
        1,
      ),
    };
  }
  const combine = (tensors: readonly Tensor[], factors: readonly number[], name: string) =>
    combined(tensors, { ...settings, ...method, weights: factors, name });
  if (method.on === 'factors') {
    const roots = weights.map((weight) => Math.sign(weight) * Math.sqrt(Math.abs(weight)));
    const [a, b] = (['a', 'b'] as const).map((key) =>
      combine(
        given.map((one) => one[key]),
        roots,
        `${path}.${key}`,
      ),
    );
    return { a, b };
  }
  const changes = given.map(({ a, b, scale }) => b.matmul(a).mul(scale));
  const change = combine(
    changes,
    given.map(({ weight }) => weight),
    path,
  );
  const rank = settings.rank ?? greatest(given.map(({ a }) => a.shape[0]));
  return truncated(change, rank);
}

interface Combination extends Rule, Pick<MergeSettings, 'density' | 'majoritySign' | 'rescales' | 'mask'> {
  weights: readonly number[];
  name: string;
}

function combined(tensors: readonly Tensor[], rule: Combination): Tensor {
  const pruned = tensors.map((tensor, i) => prune(tensor, rule, `${rule.name}.${i}`));
  const weighted = stack(pruned.map((tensor, i) => tensor.mul(rule.weights[i])));
  if (rule.electsSign !== true) return weighted.sum(0);
  // The sign is chosen before weighting, as in PEFT.
  const all = stack(pruned);
  const signs = aten.sign.default(all);
  const votes = (rule.majoritySign === 'total' ? all : signs).sum(0);
  const majority = aten.ge.Scalar(votes, 0).to('f32').mul(2).sub(1);
  const agrees = aten.eq.Tensor(signs, majority.expand(...signs.shape)).to('f32');
  return weighted
    .mul(agrees)
    .sum(0)
    .div(aten.clamp_min.default(agrees.sum(0), 1));
}

function prune(tensor: Tensor, { prune: by, density, rescales = true, mask }: Combination, name: string): Tensor {
  if (by === undefined) return tensor;
  if (by === 'random') return tensor.mul(mask(tensor, name)).div(rescales ? density : 1);
  const kept = Math.trunc(density * tensor.size);
  if (kept >= tensor.size) return tensor;
  const flat = tensor.reshape(-1);
  const [, places] = aten.topk.default(aten.abs.default(flat), kept);
  const chosen = aten.scatter.src(zeros([flat.size]), 0, places, ones([kept]));
  return flat.mul(chosen).reshape(...tensor.shape);
}

/** Best approximation of a given rank: B = U S, A = Vᵀ. */
export function truncated(change: Tensor, rank: number): Omit<Factors, 'scale'> {
  return scope(() => {
    const [u, s, vt] = aten.linalg_svd.default(change, { full_matrices: false });
    const kept = Math.min(rank, s.size);
    const [b, a] = [u.narrow(1, 0, kept).mul(s.narrow(0, 0, kept)), vt.narrow(0, 0, kept)];
    return { a: padded(a.contiguous(), 0, rank), b: padded(b.contiguous(), 1, rank) };
  });
}

/** Pads with zeros to a rank, which does not change products. */
export function padded(factor: Tensor, dim: 0 | 1, rank: number): Tensor {
  const missing = rank - factor.shape[dim];
  if (missing <= 0) return factor;
  const shape = factor.shape.with(dim, missing);
  return cat([factor, zeros(shape)], dim);
}
