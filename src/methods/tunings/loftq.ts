import { AttuneError } from '../../base/errors.ts';
import type { KeepWeight } from '../../models/skeleton.ts';
import { aten, noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { TuningContext } from '../interfaces.ts';
import { truncated } from './adapter-merging.ts';

interface Lost {
  keep: KeepWeight;
  residuals: NonNullable<TuningContext['residuals']>;
}

/**
 * Wraps a storage to record the main part of each weight's quantisation error as LoRA's initial factors (Li et al.,
 * "LoftQ", 2023, with one iteration). `rankOf`: rank of a layer, given its path; undefined for layers without an
 * adapter.
 * @throws E_START_UNSUPPORTED if weights are not quantised
 */
export function notingLosses(keep: KeepWeight | undefined, rankOf: (path: string) => number | undefined): Lost {
  if (keep === undefined) {
    throw new AttuneError('E_START_UNSUPPORTED', {
      what: 'init_lora_weights loftq corrects quantisation errors, and storage dense has none',
      fix: 'choose storage: nf4 or fp4, or set tuning.init_lora_weights to true',
    });
  }
  const residuals = new Map<string, { a: Tensor; b: Tensor }>();
  const quantise: KeepWeight['quantise'] = (stored, path) => {
    const kept = keep.quantise(stored, path);
    const rank = rankOf(path);
    if (rank === undefined) return kept;
    const { a, b } = noGrad(() => scope(() => balanced(stored.to('f32').sub(kept.dense('f32')), rank)));
    residuals.set(path, { a: a.own(), b: b.own() });
    return kept;
  };
  return { keep: { ...keep, quantise }, residuals };
}

/** Best approximation of a given rank, with singular values split evenly between the factors. */
function balanced(change: Tensor, rank: number): { a: Tensor; b: Tensor } {
  const { a, b } = truncated(change, rank);
  const roots = aten.clamp_min.default(aten.linalg_vector_norm.default(b, { dim: [0] }), 1e-30).pow(0.5); // [r]
  return { a: a.mul(roots.unsqueeze(1)), b: b.div(roots) };
}
