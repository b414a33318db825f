// R rows, each a text and an image
import { aten, type Tensor } from '../../engine/tensor/index.ts';

/** Each row's own loss, from the scores of every text and every image [R, R]: → [R]; the mean is the batch's loss. */
export type PairLoss = (scores: Tensor) => Tensor;

/** Losses of texts and images that belong together in pairs, named by the models that they are of. */
export const pairLosses = {
  clip: crossEntropies,
  siglip: judgements,
} satisfies Record<string, PairLoss>;

export type PairLossName = keyof typeof pairLosses;

/** Each text is to find its image among all, and each image its text (Radford et al., 2021; HF `clip_loss`). */
function crossEntropies(scores: Tensor): Tensor {
  const both = scores.logSoftmax(1).add(scores.logSoftmax(0));
  return aten.diagonal.default(both).mul(-0.5);
}

/** Whether they belong together is judged of every pair alone (Zhai et al., 2023; HF `SiglipModel`). */
function judgements(scores: Tensor): Tensor {
  const [rows] = scores.shape;
  const sign = aten.eye.default(rows, { dtype: scores.dtype, device: scores.device }).mul(2).sub(1);
  return aten.log_sigmoid.default(sign.mul(scores)).sum(1).neg();
}
