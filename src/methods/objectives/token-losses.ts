// L trained tokens, V vocabulary
import type { Tensor } from '../../tensor/index.ts';

export interface TokenLossOptions {
  /** `dft`: cross-entropy weighed by the token's own probability, without a gradient of it (Wu et al., 2025). */
  loss_type: 'nll' | 'dft';
  /** Share of the target that is spread over the whole vocabulary. */
  label_smoothing: number;
}

/** Whether a loss is anything else than plain cross-entropy. */
export function isPlain({ loss_type, label_smoothing }: TokenLossOptions): boolean {
  return loss_type === 'nll' && label_smoothing === 0;
}

/** Losses of tokens from their log-probabilities, and with smoothing from all logits [L, V]: [L] */
export function tokenLosses(logProbs: Tensor, options: TokenLossOptions, logits: () => Tensor): Tensor {
  const { loss_type, label_smoothing: share } = options;
  const losses = loss_type === 'dft' ? logProbs.detach().exp().mul(logProbs).neg() : logProbs.neg();
  return share === 0 ? losses : losses.mul(1 - share).sub(logits().logSoftmax(-1).mean(-1).mul(share));
}
