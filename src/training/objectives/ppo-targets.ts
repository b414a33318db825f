/** PPO's targets, as TRL's PPOTrainer computes them. */

export interface CriticOptions {
  kl_coef: number;
  kl_estimator: 'k1' | 'k3';
  whiten_rewards: boolean;
  gamma: number;
  lam: number;
}

/** An answer of n tokens has n states, and one more unless it reached the maximum length. */
export interface ScoredAnswer {
  /** Per token, under the policy that sampled it. */
  logProbs: ArrayLike<number>;
  /** Per token, under the reference; without one there is no KL penalty. */
  reference?: ArrayLike<number>;
  /** Per state. */
  values: ArrayLike<number>;
  score: number;
}

export interface AnswerTargets {
  /** Per state, before whitening. */
  plainRewards: number[];
  rewards: number[];
  /** Per state, before whitening. */
  plainAdvantages: number[];
  /** Per token, whitened over all answers. */
  advantages: number[];
  /** Per state. */
  returns: number[];
}

/** Advantages and returns of all answers of a step, whitened together. */
export function targetsOf(answers: readonly ScoredAnswer[], options: CriticOptions): AnswerTargets[] {
  const plainRewards = answers.map((answer) => rewardsOf(answer, options));
  const rewards = options.whiten_rewards ? whitened(plainRewards, { keepsMean: true }) : plainRewards;
  const plainAdvantages = answers.map(({ values }, i) => generalisedAdvantages(rewards[i], values, options));
  const ofTokens = answers.map(({ logProbs }, i) => plainAdvantages[i].slice(0, logProbs.length));
  const advantages = whitened(ofTokens, { keepsMean: false });
  return answers.map(({ values }, i) => ({
    plainRewards: plainRewards[i],
    rewards: rewards[i],
    plainAdvantages: plainAdvantages[i],
    advantages: advantages[i],
    returns: plainAdvantages[i].map((advantage, state) => advantage + values[state]),
  }));
}

/** The KL penalty at each token, plus the score at the last state. */
function rewardsOf(answer: ScoredAnswer, options: CriticOptions): number[] {
  const { values, score } = answer;
  const distances = distancesOf(answer, options.kl_estimator);
  return Array.from(values, (_, state) => {
    const own = -options.kl_coef * (distances[state] ?? 0);
    return state === values.length - 1 ? own + score : own;
  });
}

/** Per token: an estimate of the KL divergence from the reference (Schulman, 2020). */
export function distancesOf(
  { logProbs, reference }: Pick<ScoredAnswer, 'logProbs' | 'reference'>,
  estimator: CriticOptions['kl_estimator'],
): number[] {
  if (reference === undefined) return Array.from(logProbs, () => 0);
  return Array.from(logProbs, (own, token) => {
    const ratio = reference[token] - own;
    return estimator === 'k1' ? -ratio : Math.expm1(ratio) - ratio;
  });
}

/** Generalised advantage estimation (Schulman et al., 2016): one-step value errors, discounted by γλ. */
function generalisedAdvantages(
  rewards: readonly number[],
  values: ArrayLike<number>,
  { gamma, lam }: Pick<CriticOptions, 'gamma' | 'lam'>,
): number[] {
  const advantages = rewards.map(() => 0);
  let next = 0;
  for (let state = rewards.length - 1; state >= 0; state--) {
    const error = rewards[state] + gamma * (values[state + 1] ?? 0) - values[state];
    next = error + gamma * lam * next;
    advantages[state] = next;
  }
  return advantages;
}

/** Divides by the standard deviation of all numbers, after subtracting their mean (`keepsMean` adds it back). */
function whitened(lists: readonly (readonly number[])[], { keepsMean }: { keepsMean: boolean }): number[][] {
  const all = lists.flat();
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const scale = Math.sqrt((all.length < 2 ? 0 : squares / (all.length - 1)) + 1e-8);
  return lists.map((list) => list.map((value) => (value - mean) / scale + (keepsMean ? mean : 0)));
}
