// P pairs of a chosen and a rejected answer
import { aten, type Tensor } from '../../engine/tensor/index.ts';

export interface PairPolicy {
  /** Log-probabilities under the policy, f32 [P]: sums over tokens, or means for `ofMeans`. */
  chosen: Tensor;
  rejected: Tensor;
}

export interface ReferenceFreeOptions {
  beta: number;
  labelSmoothing: number;
  /** Margin of simpo. */
  gamma: number;
  /** AlphaPO's reward (1 − p^−α) / α; the log-probability where 0. */
  alpha: number;
}

export const referenceFreeNames = ['sigmoid', 'hinge', 'ipo', 'simpo', 'odds_ratio'] as const;

export type ReferenceFreeName = (typeof referenceFreeNames)[number];

/** Losses over the mean log-probability of an answer's tokens, so that length has no effect. */
export const ofMeans: ReadonlySet<string> = new Set(['ipo', 'simpo', 'odds_ratio'] satisfies ReferenceFreeName[]);

const logSigmoid = (x: Tensor): Tensor => aten.log_sigmoid.default(x);

/** Reward of an answer, before β. */
export function rewardOf(logProbs: Tensor, { alpha }: Pick<ReferenceFreeOptions, 'alpha'>): Tensor {
  return alpha === 0 ? logProbs : logProbs.mul(-alpha).exp().neg().add(1).div(alpha);
}

/**
 * Reference-free losses on pairs of answers: CPO (Xu et al., 2024), SimPO (Meng et al., 2024), AlphaPO, and the odds
 * ratio of ORPO (Hong et al., 2024). [P]
 */
export function referenceFreeLoss(name: ReferenceFreeName, pair: PairPolicy, options: ReferenceFreeOptions): Tensor {
  const { beta, labelSmoothing: epsilon, gamma } = options;
  if (name === 'odds_ratio') return logSigmoid(logOddsRatio(pair)).mul(-beta);
  const margin = rewardOf(pair.chosen, options).sub(rewardOf(pair.rejected, options));
  if (name === 'hinge') return aten.relu.default(margin.mul(-beta).add(1));
  if (name === 'ipo') return margin.sub(1 / (2 * beta)).pow(2);
  const x = name === 'simpo' ? margin.sub(gamma / beta).mul(beta) : margin.mul(beta);
  const right = logSigmoid(x).mul(-(1 - epsilon));
  return epsilon === 0 ? right : right.sub(logSigmoid(x.neg()).mul(epsilon));
}

/** log of odds(chosen) / odds(rejected), where odds(p) = p / (1 − p), of mean log-probabilities. */
export function logOddsRatio({ chosen, rejected }: PairPolicy): Tensor {
  const rest = (logProbs: Tensor) => aten.log1p.default(logProbs.exp().neg());
  return chosen.sub(rejected).sub(rest(chosen).sub(rest(rejected)));
}
