// R rows, each a text and an image
import { aten, type Tensor } from '../../engine/tensor/index.ts';

/** Each row's loss, from the scores of all texts and images [R, R]: → [R]; the batch's loss is the mean. */
export type PairLoss = (scores: Tensor) => Tensor;

/** Losses of matching text-image pairs, named after their models. */
export const pairLosses = {
  clip: crossEntropies,
  siglip: judgements,
} satisfies Record<string, PairLoss>;

export type PairLossName = keyof typeof pairLosses;

/** Each text must identify its image among all, and vice versa (Radford et al., 2021; HF `clip_loss`). */
function crossEntropies(scores: Tensor): Tensor {
  const both = scores.logSoftmax(1).add(scores.logSoftmax(0));
  return aten.diagonal.default(both).mul(-0.5);
}

/** Every pair is classified independently as matching or not (Zhai et al., 2023; HF `SiglipModel`). */
function judgements(scores: Tensor): Tensor {
  const [rows] = scores.shape;
  const sign = aten.eye.default(rows, { dtype: scores.dtype, device: scores.device }).mul(2).sub(1);
  return aten.log_sigmoid.default(sign.mul(scores)).sum(1).neg();
}
