/** Rewards of completions; null if no function scored one. */
export type Rewards = readonly (number | null)[];

export interface AdvantageOptions {
  /** Number of consecutive completions of one prompt. */
  groupSize: number;
  /** Standard deviation to divide by. */
  scale: 'group' | 'batch' | 'none';
}

/** Added to the standard deviation, as in TRL. */
const LEAST = 1e-4;

/**
 * Advantage of each completion over its group's mean (Shao et al., 2024), divided by the standard deviation of the
 * group, of the batch, or not at all. Completions without a reward have advantage 0.
 */
export function groupAdvantages(rewards: Rewards, { groupSize, scale }: AdvantageOptions): number[] {
  const all = deviationOf(rewards);
  return groupsOf(rewards, groupSize).flatMap((group) => {
    const mean = meanOf(group);
    const divisor = scale === 'none' ? 1 : (scale === 'batch' ? all : deviationOf(group)) + LEAST;
    return group.map((reward) => (reward === null ? 0 : (reward - mean) / divisor));
  });
}

/** Normalises each reward within its group before summing, then the sum over the batch (GDPO). */
export function separateAdvantages(
  rewards: readonly Rewards[],
  weights: readonly number[],
  options: Pick<AdvantageOptions, 'groupSize'>,
): number[] {
  const parts = rewards.map((own) => groupAdvantages(own, { ...options, scale: 'group' }));
  const isKnown = summedRewards(rewards, weights).map((sum) => sum !== null);
  const sums = isKnown.map((isOne, i) =>
    isOne ? parts.reduce((sum, part, f) => sum + weights[f] * part[i], 0) : null,
  );
  const mean = meanOf(sums);
  const deviation = deviationOf(sums);
  return sums.map((sum) => (sum === null ? 0 : (sum - mean) / (deviation + LEAST)));
}

/** Weighted sum of all functions' rewards; null if none gave one. */
export function summedRewards(rewards: readonly Rewards[], weights: readonly number[]): (number | null)[] {
  return rewards[0].map((_, i) => {
    const given = rewards.flatMap((own, f) => (own[i] === null ? [] : [weights[f] * own[i]]));
    return given.length === 0 ? null : given.reduce((sum, value) => sum + value, 0);
  });
}

/** Advantage over the mean of the group's other completions (RLOO, Ahmadian et al., 2024). */
export function leaveOneOutAdvantages(rewards: Rewards, groupSize: number, normalise: boolean): number[] {
  const advantages = groupsOf(rewards, groupSize).flatMap((group) => {
    const sum = group.reduce<number>((total, reward) => total + (reward ?? 0), 0);
    const known = group.filter((reward) => reward !== null).length;
    return group.map((reward) => (reward === null || known < 2 ? 0 : reward - (sum - reward) / (known - 1)));
  });
  if (!normalise) return advantages;
  const [mean, deviation] = [meanOf(advantages), deviationOf(advantages)];
  return advantages.map((advantage) => (advantage - mean) / (deviation + LEAST));
}

export function groupsOf<Value>(values: readonly Value[], size: number): Value[][] {
  return Array.from({ length: values.length / size }, (_, group) => values.slice(group * size, (group + 1) * size));
}

function known(values: Rewards): number[] {
  return values.filter((value) => value !== null);
}

export function meanOf(values: Rewards): number {
  const given = known(values);
  return given.length === 0 ? 0 : given.reduce((sum, value) => sum + value, 0) / given.length;
}

/** Unbiased; 0 for fewer than two values. */
export function deviationOf(values: Rewards): number {
  const given = known(values);
  if (given.length < 2) return 0;
  const mean = meanOf(given);
  return Math.sqrt(given.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (given.length - 1));
}
