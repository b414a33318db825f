// L trained tokens, V vocabulary
import { aten, fromArray, type Tensor } from '../../engine/tensor/index.ts';

export interface TokenLossOptions {
  /**
   * `dft`: cross-entropy weighted by the token's own probability, without its gradient (Wu et al., 2025).
   * `constrained`: weighted by 2 σ(−β (log p − log p of the base)), so that the gradient fades for tokens that have
   * become more likely (Qi et al., 2024, "Safety alignment should be made more than just a few tokens deep").
   */
  loss_type: 'nll' | 'dft' | 'constrained';
  /** Share of the target that is spread over the whole vocabulary. */
  label_smoothing: number;
  /** β of `constrained`. */
  beta: number;
  /** β of an answer's first tokens, by position. */
  first_betas: readonly number[];
}

/** Whether a loss is plain cross-entropy. */
export function isPlain({ loss_type, label_smoothing }: TokenLossOptions): boolean {
  return loss_type === 'nll' && label_smoothing === 0;
}

/** Whether it compares with the base model. */
export function asksBase({ loss_type }: TokenLossOptions): boolean {
  return loss_type === 'constrained';
}

interface Beside {
  /** Number of answer tokens before each: [L] */
  depths: Int32Array;
  /** [L, V] */
  logits: () => Tensor;
  /** The base model's log-probabilities of the same tokens: [L] */
  base: () => Tensor;
}

/** Losses of tokens from their log-probabilities: [L] */
export function tokenLosses(logProbs: Tensor, options: TokenLossOptions, beside: Beside): Tensor {
  const { label_smoothing: share } = options;
  const weights = weightsOf(logProbs.detach(), options, beside);
  const losses = (weights === undefined ? logProbs : weights.mul(logProbs)).neg();
  return share === 0 ? losses : losses.mul(1 - share).sub(beside.logits().logSoftmax(-1).mean(-1).mul(share));
}

/** Minimum weight, as in the authors' code. */
const LEAST_WEIGHT = 1e-3;

function weightsOf(
  logProbs: Tensor,
  { loss_type, beta, first_betas }: TokenLossOptions,
  { depths, base }: Beside,
): Tensor | undefined {
  if (loss_type === 'nll') return undefined;
  if (loss_type === 'dft') return logProbs.exp();
  const betas = fromArray(Float32Array.from(depths, (depth) => first_betas[depth] ?? beta)).toDevice(logProbs.device);
  const ahead = logProbs.sub(base()).mul(betas);
  return aten.clamp_min.default(aten.sigmoid.default(ahead.neg()).mul(2), LEAST_WEIGHT);
}
