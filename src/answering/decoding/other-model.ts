import type { Model } from '../../models/model.ts';
import type { Tensor } from '../../engine/tensor/index.ts';

/** A second model over the same vocabulary whose distribution is mixed into the sampling. */
export interface OtherModel {
  /** Runs `body` on the model, which may be the batcher's own without its tuned weights. */
  run<Result>(body: (model: Model) => Result): Result;
  /** Its weight in the geometric mixture; with 1, it alone determines the distribution. */
  share: number;
}

/** The geometric mixture of two distributions, from logits [R, V]. */
export function mixed(own: Tensor, other: Tensor, share: number): Tensor {
  return own
    .logSoftmax(-1)
    .mul(1 - share)
    .add(other.logSoftmax(-1).mul(share));
}
