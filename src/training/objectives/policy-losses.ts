// L tokens of all completions, C completions
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import { sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';

/** Tokens of sampled completions. All f32 [L] by default. */
export interface PolicyTokens {
  /** Under the current policy, with gradient. */
  logProbs: Tensor;
  /** Under the policy that sampled them. */
  old: Tensor;
  /** Under the reference model, if the loss has a KL term. */
  reference?: Tensor;
  /** Advantage of the token's completion. */
  advantages: Tensor;
  /** Index of each token's completion: int64 [L] */
  completions: Tensor;
  /** Number of tokens in each completion: [C] */
  lengths: Tensor;
  /** Weight of each token's policy term: an entropy mask (0 or 1), or a correction for another sampler. */
  weights?: Tensor;
  /** Entropy of each token's distribution, with gradient, for the entropy bonus. */
  entropies?: Tensor;
}

export const policyLossNames = ['grpo', 'bnpo', 'dr_grpo', 'dapo', 'cispo', 'sapo', 'luspo', 'vespo'] as const;
export const ratioLevels = ['token', 'sequence', 'sequence_token', 'sequence_sum'] as const;

export interface PolicyOptions {
  lossType: (typeof policyLossNames)[number];
  /** Level of importance ratios: per token, or per completion as a mean (GSPO) or a sum (RLOO). */
  level: (typeof ratioLevels)[number];
  epsilon: number;
  epsilonHigh: number;
  /** Caps ratios that are not clipped. */
  delta?: number;
  /** Weight of the KL to the reference. */
  beta: number;
  /** Whether the KL is weighted by the ratio. */
  correctsKl?: boolean;
  sapo?: { positive: number; negative: number };
  vespo?: { positive: GammaShape; negative: GammaShape };
  /** Masks completions with negative advantage that have moved further than this. */
  offPolicyThreshold?: number;
  maxCompletionLength: number;
  entropyCoefficient?: number;
}

interface GammaShape {
  k: number;
  lambda: number;
}

/** Totals of all batches of an update. */
export interface PolicyTotals {
  completions: number;
  tokens: number;
}

export interface PolicyLoss {
  /** Each completion's share of the loss; they sum to the loss. [C] */
  shares: Tensor;
  /** Unweighted ratios of new to old probabilities. [L] */
  ratios: Tensor;
  /** [L], if there is a reference */
  kl?: Tensor;
}

/** The clipped policy loss of GRPO and its variants, as in TRL 1.9. */
export function policyLoss(tokens: PolicyTokens, options: PolicyOptions, totals: PolicyTotals): PolicyLoss {
  const { entropies, weights } = tokens;
  const { beta, entropyCoefficient = 0 } = options;
  const ratios = ratiosOf(tokens, options.level);
  let losses = tokenLosses(tokens, ratios, options);
  const kept = keptTokens(tokens, options);
  if (kept !== undefined) losses = losses.mul(kept);
  if (weights !== undefined) losses = losses.mul(weights);
  const kl =
    tokens.reference && klOf(tokens.logProbs, tokens.reference, options.correctsKl === true ? ratios : undefined);
  if (kl !== undefined) losses = losses.add(kl.mul(beta));
  const shares = weighed(sumsOf(losses, tokens), tokens, { ...options, totals });
  if (entropyCoefficient === 0 || entropies === undefined) return { shares, ratios, kl };
  const bonus = sumsOf(weights === undefined ? entropies : entropies.mul(weights), tokens);
  return { shares: shares.sub(bonus.mul(entropyCoefficient / totals.tokens)), ratios, kl };
}

/** [L] → [C] */
function sumsOf(values: Tensor, { completions, lengths }: PolicyTokens): Tensor {
  return sumsOfRows(values, completions, lengths.shape[0]);
}

/** Sums over completions, broadcast to their tokens: [L] */
function overCompletion(values: Tensor, tokens: PolicyTokens): Tensor {
  return sumsOf(values, tokens).indexSelect(0, tokens.completions);
}

function meanOverCompletion(values: Tensor, tokens: PolicyTokens): Tensor {
  return overCompletion(values, tokens).div(tokens.lengths.indexSelect(0, tokens.completions));
}

function ratiosOf(tokens: PolicyTokens, level: PolicyOptions['level']): Tensor {
  const { logProbs, old } = tokens;
  const difference = logProbs.sub(old);
  if (level === 'token') return difference.exp();
  if (level === 'sequence_sum') return overCompletion(difference, tokens).exp();
  const mean = meanOverCompletion(difference, tokens);
  // The value is per completion, the gradient per token.
  return (level === 'sequence' ? mean : mean.detach().add(logProbs).sub(logProbs.detach())).exp();
}

function tokenLosses(tokens: PolicyTokens, ratios: Tensor, options: PolicyOptions): Tensor {
  const { advantages, logProbs } = tokens;
  const { epsilon, epsilonHigh, delta, lossType } = options;
  if (lossType === 'cispo') {
    return aten.clamp.default(ratios.detach(), { max: epsilonHigh }).mul(advantages).mul(logProbs).neg();
  }
  if (lossType === 'sapo') return softGate(ratios, advantages, options.sapo ?? { positive: 1, negative: 1.05 });
  if (lossType === 'vespo') return gammaWeights(tokens, options).mul(advantages).mul(logProbs).neg();
  const clipped = aten.clamp.default(ratios, { min: 1 - epsilon, max: 1 + epsilonHigh });
  const capped = delta === undefined ? ratios : aten.clamp.default(ratios, { max: delta });
  return aten.minimum.default(capped.mul(advantages), clipped.mul(advantages)).neg();
}

/** SAPO (2025): a sigmoid around a ratio of 1 instead of clipping, steeper for negative advantages. */
function softGate(
  ratios: Tensor,
  advantages: Tensor,
  { positive, negative }: NonNullable<PolicyOptions['sapo']>,
): Tensor {
  const gate = (temperature: number) => aten.sigmoid.default(ratios.sub(1).mul(temperature)).mul(4 / temperature);
  return aten.where.self(aten.gt.Scalar(advantages, 0), gate(positive), gate(negative)).mul(advantages).neg();
}

const usualGamma = { positive: { k: 2, lambda: 3 }, negative: { k: 3, lambda: 2 } };

/** VESPO (2026): weights completions by a gamma function of their whole ratio w: exp(λ + k log w − λ w), without gradients. */
function gammaWeights(tokens: PolicyTokens, { vespo = usualGamma }: PolicyOptions): Tensor {
  const difference = tokens.logProbs.sub(tokens.old).detach();
  const bounded = aten.clamp.default(difference, { min: -20, max: 20 });
  const log = aten.clamp.default(overCompletion(bounded, tokens), { min: Math.log(1e-8), max: 20 });
  const weight = ({ k, lambda }: GammaShape) => log.mul(k).sub(log.exp().mul(lambda)).add(lambda).exp();
  const isPositive = aten.ge.Scalar(tokens.advantages, 0);
  return aten.where.self(isPositive, weight(vespo.positive), weight(vespo.negative));
}

/** 1 for tokens of completions with a positive advantage, or close enough to the sampling policy. */
function keptTokens(tokens: PolicyTokens, { offPolicyThreshold: most }: PolicyOptions): Tensor | undefined {
  if (most === undefined) return undefined;
  const moved = meanOverCompletion(tokens.old.sub(tokens.logProbs.detach()), tokens);
  const isKept = aten.logical_or.default(aten.ge.Scalar(tokens.advantages, 0), aten.le.Scalar(moved, most));
  return isKept.to(tokens.logProbs.dtype);
}

/** Schulman's estimator k3: r − log r − 1 with r = reference / policy. */
export function klOf(logProbs: Tensor, reference: Tensor, ratios?: Tensor): Tensor {
  const difference = reference.sub(logProbs);
  const kl = difference.exp().sub(difference).sub(1);
  return ratios === undefined ? kl : kl.mul(ratios);
}

/** Normalises sums of token losses [C] by what the loss is averaged over. */
function weighed(
  sums: Tensor,
  { lengths }: PolicyTokens,
  { lossType, maxCompletionLength, totals }: PolicyOptions & { totals: PolicyTotals },
): Tensor {
  switch (lossType) {
    case 'grpo':
    case 'sapo':
      // Masked completions have no tokens.
      return sums.div(aten.clamp.default(lengths, { min: 1 })).div(totals.completions);
    case 'bnpo':
    case 'dapo':
    case 'cispo':
    case 'vespo':
      return sums.div(totals.tokens);
    case 'dr_grpo':
      return sums.div(totals.completions * maxCompletionLength);
    case 'luspo':
      return sums.div(totals.completions);
    default:
      return lossType satisfies never;
  }
}

/** Tokens whose ratio is clipped, in the direction of their advantage: f32 [L] each. */
export function clippedTokens(
  ratios: Tensor,
  advantages: Tensor,
  { epsilon, epsilonHigh }: Pick<PolicyOptions, 'epsilon' | 'epsilonHigh'>,
): { low: Tensor; high: Tensor } {
  const values = ratios.detach();
  const both = (ratio: Tensor, advantage: Tensor) => aten.logical_and.default(ratio, advantage).to('f32');
  return {
    low: both(aten.lt.Scalar(values, 1 - epsilon), aten.lt.Scalar(advantages, 0)),
    high: both(aten.gt.Scalar(values, 1 + epsilonHigh), aten.gt.Scalar(advantages, 0)),
  };
}

/** 1 for tokens whose entropy is in the top `share`, with an interpolated quantile: [L] */
export function entropyMask(entropies: Tensor, share: number): Tensor {
  const least = aten.quantile.scalar(entropies, 1 - share);
  return aten.ge.Tensor(entropies, least).to('f32');
}
