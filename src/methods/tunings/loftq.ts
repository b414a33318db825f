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
 * A storage that notes the main part of what it loses of each weight (Li et al., "LoftQ", 2023, with one iteration), for
 * a LoRA to begin with. `rankOf`: of a layer, by its path; undefined of layers without an adapter.
 * @throws E_START_UNSUPPORTED where weights are kept as they are
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

/** The nearest change of a rank, its singular values shared evenly by both factors. */
function balanced(change: Tensor, rank: number): { a: Tensor; b: Tensor } {
  const { a, b } = truncated(change, rank);
  const roots = aten.clamp_min.default(aten.linalg_vector_norm.default(b, { dim: [0] }), 1e-30).pow(0.5); // [r]
  return { a: a.mul(roots.unsqueeze(1)), b: b.div(roots) };
}
