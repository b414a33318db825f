// P pairs of a chosen and a rejected answer
import { aten, type Tensor } from '../../engine/tensor/index.ts';

/** Inputs of pair losses: log-probabilities summed over each answer's tokens, f32 [P] each. */
export interface PairLogProbs {
  chosen: Tensor;
  rejected: Tensor;
  /** Under the reference model; zeros without one. */
  refChosen: Tensor;
  refRejected: Tensor;
  /** Tokens of each answer. */
  chosenTokens: Tensor;
  rejectedTokens: Tensor;
}

export const divergences = ['reverse_kl', 'forward_kl', 'js_divergence', 'alpha_divergence'] as const;

export interface PairLossOptions {
  beta: number;
  labelSmoothing: number;
  divergence: (typeof divergences)[number];
  /** For alpha_divergence. */
  alpha: number;
  discopopTau: number;
}

/** Log-ratios of policy to reference, and their scores under the divergence. */
interface Pairs extends PairLogProbs {
  chosenRatio: Tensor;
  rejectedRatio: Tensor;
  chosenScore: Tensor;
  rejectedScore: Tensor;
  /** chosenScore − rejectedScore */
  margin: Tensor;
}

type PairLoss = (pairs: Pairs, options: PairLossOptions) => Tensor;

const logSigmoid = (x: Tensor): Tensor => aten.log_sigmoid.default(x);
const sigmoid = (x: Tensor): Tensor => aten.sigmoid.default(x);
const sorted = (x: Tensor): Tensor => aten.sort.default(x)[0];
const oneMinus = (x: Tensor): Tensor => x.neg().add(1);

/** −(1 − ε) log σ(x) − ε log σ(−x): the label is wrong with probability ε. */
function smoothed(x: Tensor, epsilon: number): Tensor {
  const right = logSigmoid(x).mul(-(1 - epsilon));
  return epsilon === 0 ? right : right.sub(logSigmoid(x.neg()).mul(epsilon));
}

/**
 * DPO losses by their names in TRL, as in their papers; where TRL differs, as in TRL 1.9: f-divergences by f'(u)
 * without constants, IPO over mean log-probabilities, BCO pairs without a running mean.
 */
export const pairLosses = {
  sigmoid: ({ margin }, { beta, labelSmoothing }) => smoothed(margin.mul(beta), labelSmoothing),
  /** `sigmoid` over mean log-probabilities. */
  sigmoid_norm: (pairs, { beta, labelSmoothing }) => smoothed(meanMargin(pairs).mul(beta), labelSmoothing),
  hinge: ({ margin }, { beta }) => aten.relu.default(oneMinus(margin.mul(beta))),
  ipo: (pairs, { beta }) =>
    meanMargin(pairs)
      .sub(1 / (2 * beta))
      .pow(2),
  robust: ({ margin }, { beta, labelSmoothing: epsilon }) => {
    const x = margin.mul(beta);
    return logSigmoid(x)
      .mul(-(1 - epsilon))
      .add(logSigmoid(x.neg()).mul(epsilon))
      .div(1 - 2 * epsilon);
  },
  exo_pair: ({ margin }, { beta, labelSmoothing }) => {
    const x = margin.mul(beta);
    const epsilon = labelSmoothing === 0 ? 1e-3 : labelSmoothing;
    const forward = sigmoid(x).mul(logSigmoid(x).sub(Math.log1p(-epsilon)));
    return forward.add(sigmoid(x.neg()).mul(logSigmoid(x.neg()).sub(Math.log(epsilon))));
  },
  nca_pair: ({ chosenScore, rejectedScore }, { beta }) => {
    const [chosen, rejected] = [chosenScore.mul(beta), rejectedScore.mul(beta)];
    const away = logSigmoid(chosen.neg()).add(logSigmoid(rejected.neg()));
    return logSigmoid(chosen).neg().sub(away.mul(0.5));
  },
  bco_pair: ({ chosenScore, rejectedScore }, { beta }) =>
    logSigmoid(chosenScore.mul(beta))
      .add(logSigmoid(rejectedScore.mul(-beta)))
      .neg(),
  sppo_hard: ({ chosenScore, rejectedScore }, { beta }) =>
    chosenScore
      .sub(0.5 / beta)
      .pow(2)
      .add(rejectedScore.add(0.5 / beta).pow(2)),
  /** Sorts the whole step, to compare the margins' distribution with the reference's. */
  aot: ({ chosen, rejected, refChosen, refRejected }, { beta, labelSmoothing }) =>
    smoothed(
      sorted(chosen.sub(rejected))
        .sub(sorted(refChosen.sub(refRejected)))
        .mul(beta),
      labelSmoothing,
    ),
  aot_unpaired: ({ chosenRatio, rejectedRatio }, { beta, labelSmoothing }) =>
    smoothed(sorted(chosenRatio).sub(sorted(rejectedRatio)).mul(beta), labelSmoothing),
  apo_zero: ({ chosenRatio, rejectedRatio }, { beta }) =>
    oneMinus(sigmoid(chosenRatio.mul(beta))).add(sigmoid(rejectedRatio.mul(beta))),
  apo_down: ({ chosenRatio, margin }, { beta }) =>
    sigmoid(chosenRatio.mul(beta)).add(oneMinus(sigmoid(margin.mul(beta)))),
  discopop: ({ margin }, { beta, discopopTau }) => {
    const x = margin.mul(beta);
    const modulation = sigmoid(x.div(discopopTau));
    return logSigmoid(x).neg().mul(oneMinus(modulation)).add(x.neg().exp().mul(modulation));
  },
} as const satisfies Record<string, PairLoss>;

export type PairLossName = keyof typeof pairLosses;

/** Losses that compare the pairs of a step with each other, so they are not sums over rows. */
export const jointPairLosses: ReadonlySet<string> = new Set(['aot', 'aot_unpaired'] satisfies PairLossName[]);

/** Loss of each pair: [P] */
export function pairLoss(name: PairLossName, logProbs: PairLogProbs, options: PairLossOptions): Tensor {
  const chosenRatio = logProbs.chosen.sub(logProbs.refChosen);
  const rejectedRatio = logProbs.rejected.sub(logProbs.refRejected);
  const [chosenScore, rejectedScore] = [chosenRatio, rejectedRatio].map((ratio) => scoreOf(ratio, options));
  const margin = chosenScore.sub(rejectedScore);
  return pairLosses[name]({ ...logProbs, chosenRatio, rejectedRatio, chosenScore, rejectedScore, margin }, options);
}

/** Larger exponents overflow f32. */
const MOST_EXPONENT = 80;

/** f'(u) given log u, without constants. */
function scoreOf(logRatio: Tensor, { divergence, alpha }: PairLossOptions): Tensor {
  switch (divergence) {
    case 'reverse_kl':
      return logRatio;
    case 'forward_kl':
      return logRatio.neg().exp().neg();
    case 'js_divergence':
      return logSigmoid(logRatio);
    case 'alpha_divergence': {
      if (Math.abs(alpha - 1) < 1e-6) return logRatio;
      const exponent = aten.clamp.default(logRatio.mul(alpha - 1), { max: MOST_EXPONENT });
      return exponent.exp().mul(1 / (alpha - 1));
    }
    default:
      return divergence satisfies never;
  }
}

/** Margin of the per-token scores. */
function meanMargin({ chosenScore, rejectedScore, chosenTokens, rejectedTokens }: Pairs): Tensor {
  return chosenScore.div(chosenTokens).sub(rejectedScore.div(rejectedTokens));
}
