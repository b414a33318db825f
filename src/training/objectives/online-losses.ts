// P prompts with new answers, L tokens of the model's own
import { aten, type Tensor } from '../../engine/tensor/index.ts';

/** Log-probabilities of whole answers: the model's own and the reference's. [P] each */
export interface AnswerSums {
  own: Tensor;
  reference: Tensor;
}

export interface XpoOptions {
  beta: number;
  alpha: number;
  lossType: 'sigmoid' | 'ipo';
}

/**
 * DPO on the model's answer and the reference's, plus α times the model's log-probability of the reference's answer,
 * which encourages exploration (Xie et al., 2024). `ownIsChosen` is 1 if the model's answer is better. [P]
 */
export function xpoLosses(
  { model, reference, ownIsChosen }: { model: AnswerSums; reference: AnswerSums; ownIsChosen: Tensor },
  { beta, alpha, lossType }: XpoOptions,
): { preference: Tensor; exploration: Tensor } {
  const difference = model.own.sub(reference.own).sub(model.reference.sub(reference.reference));
  const ahead = difference.mul(ownIsChosen.mul(2).sub(1));
  const preference =
    lossType === 'ipo' ? ahead.sub(1 / (2 * beta)).pow(2) : aten.log_sigmoid.default(ahead.mul(beta)).neg();
  return { preference, exploration: model.reference.mul(alpha) };
}

/**
 * Nash mirror descent (Munos et al., 2024): raises an answer's probability by its win probability against a mixture
 * minus one half, with a penalty on the distance from the reference; ratios carry no gradient. Per token, to be summed
 * over answers. [L]
 */
export function nashTokens(
  { logProbs, reference, probability }: { logProbs: Tensor; reference: Tensor; probability: Tensor },
  beta: number,
): Tensor {
  const ratios = logProbs.detach().sub(reference);
  return ratios.mul(beta).sub(probability.sub(0.5)).mul(logProbs);
}
