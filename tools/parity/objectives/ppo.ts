// B answers, T columns
import { clippedTokens, policyLoss, type PolicyOptions } from '../../../src/training/objectives/policy-losses.ts';
import { targetsOf, type AnswerTargets, type CriticOptions } from '../../../src/training/objectives/ppo-targets.ts';
import { valueLoss } from '../../../src/training/objectives/value-head.ts';
import { fromArray, type Tensor } from '../../../src/engine/tensor/index.ts';
import { input, leaf, type CaseRunner, type Group } from './group.ts';

interface PpoCase extends CriticOptions {
  cliprange: number;
  cliprange_value: number;
  vf_coef: number;
}

/** Computes the actor's and critic's losses from recorded values of sampled answers. */
export const runPpo: CaseRunner = (group, name) => {
  const options = group.cases[name].options as unknown as PpoCase;
  const { targets, tokens, states, shape } = answersOf(group, options);
  const [logProbs, values] = ['new_logprobs', 'new_values'].map((key) => leaf(group, key));
  const at = (key: string, places: Tensor): Tensor => input(group.inputs, key).flatten().indexSelect(0, places);
  const [tokenAt, stateAt] = [tokens, states].map((counts) => placesOf(counts, shape));
  const current = logProbs.flatten().indexSelect(0, tokenAt);
  const old = at('old_logprobs', tokenAt);
  const advantages = fromArray(Float32Array.from(targets.flatMap((one) => one.advantages)));
  const settled = settingsOf(options, shape[1]);
  const { shares, ratios } = policyLoss({ logProbs: current, old, advantages, ...completionsOf(tokens) }, settled, {
    completions: tokens.length,
    tokens: current.shape[0],
  });
  const { low, high } = clippedTokens(ratios, advantages, settled);
  const critic = valueLoss(
    values.flatten().indexSelect(0, stateAt),
    { old: at('values', stateAt), returns: fromArray(Float32Array.from(targets.flatMap((one) => one.returns))) },
    options.cliprange_value,
  );
  const distance = current.sub(old).pow(2).sum();
  const [policy, value] = [shares.sum(), critic.losses.mean()];
  return {
    loss: policy.add(value.mul(options.vf_coef)),
    numbers: {
      pg_loss: policy,
      vf_loss: value,
      pg_clipfrac: low.add(high).mean(),
      vf_clipfrac: critic.clipped.mean(),
      // TRL's mean includes padding, where the difference is zero.
      approxkl: distance.mul(0.5 / (shape[0] * shape[1])),
    },
    tensors: () => ({
      grad_new_logprobs: logProbs.grad,
      grad_new_values: values.grad,
      ...paddedTargets(targets, shape),
    }),
  };
};

function settingsOf({ cliprange }: PpoCase, maxCompletionLength: number): PolicyOptions {
  return {
    lossType: 'bnpo',
    level: 'token',
    epsilon: cliprange,
    epsilonHigh: cliprange,
    beta: 0,
    maxCompletionLength,
  };
}

/** The answer index of each token, and the number of tokens per answer. */
function completionsOf(counts: readonly number[]): Record<'completions' | 'lengths', Tensor> {
  const owners = counts.flatMap((count, row) => Array.from({ length: count }, () => BigInt(row)));
  return { completions: fromArray(BigInt64Array.from(owners)), lengths: fromArray(Float32Array.from(counts)) };
}

/** The answers without padding. Each has one more state than tokens if there is a column for it. */
function answersOf(group: Group, options: CriticOptions) {
  const last = input(group.inputs, 'last_index').toNumbers();
  const shape = input(group.inputs, 'values').shape as [number, number];
  const tokens = last.map((index) => index + 1);
  const states = tokens.map((count) => Math.min(shape[1], count + 1));
  const row = (key: string, r: number, count: number) =>
    input(group.inputs, key).select(0, r).narrow(0, 0, count).toNumbers();
  const scores = input(group.inputs, 'scores').toNumbers();
  const answers = tokens.map((count, r) => ({
    logProbs: row('old_logprobs', r, count),
    reference: row('ref_logprobs', r, count),
    values: row('values', r, states[r]),
    score: scores[r],
  }));
  return { targets: targetsOf(answers, options), tokens, states, shape };
}

/** Flat indices of the first `counts[row]` columns of each row. */
function placesOf(counts: readonly number[], [, width]: readonly [number, number]): Tensor {
  const places = counts.flatMap((count, row) => Array.from({ length: count }, (_, t) => BigInt(row * width + t)));
  return fromArray(BigInt64Array.from(places));
}

function paddedTargets(targets: readonly AnswerTargets[], shape: readonly [number, number]) {
  const padded = (of: (one: AnswerTargets) => readonly number[]): Tensor => {
    const values = targets.flatMap((one) => Array.from({ length: shape[1] }, (_, t) => of(one)[t] ?? 0));
    return fromArray(Float32Array.from(values), [...shape]);
  };
  return {
    rewards_before_whitening: padded((one) => one.plainRewards),
    rewards: padded((one) => one.rewards),
    advantages_raw: padded((one) => one.plainAdvantages),
    advantages: padded((one) => one.advantages),
    returns: padded((one) => one.returns),
  };
}
