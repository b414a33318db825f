import type { Model } from '../../models/model.ts';
import type { Tensor } from '../../engine/tensor/index.ts';

/** A second model over the same vocabulary that has its say in what is sampled. */
export interface OtherModel {
  /** Runs a pass on it. It may be the batcher's own model, as it was before it was tuned. */
  run<Result>(body: (model: Model) => Result): Result;
  /** Its share of the logarithms of probabilities; 1: it alone is asked. */
  share: number;
}

/** The geometric mixture of two distributions, from logits [R, V]. */
export function mixed(own: Tensor, other: Tensor, share: number): Tensor {
  return own
    .logSoftmax(-1)
    .mul(1 - share)
    .add(other.logSoftmax(-1).mul(share));
}
