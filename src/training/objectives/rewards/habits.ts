import { pushAll } from '../../../base/many.ts';
import { entryOf } from '../../../base/table.ts';
import type { Metrics } from '../../../base/events.ts';
import { deviationOf, meanOf, type Rewards } from '../advantages.ts';

const GRAM = 4;

/** Signs of reward hacking: Pearson's correlation of length and reward, and the share of repeated 4-grams in an answer. */
export function habitsOf(answers: readonly (readonly number[])[], rewards: Rewards): Metrics {
  const lengths = answers.map(({ length }) => length);
  const known = [...rewards.keys()].filter((i) => rewards[i] !== null);
  const [own, scores] = [known.map((i) => lengths[i]), known.map((i) => rewards[i]!)];
  const spread = deviationOf(own) * deviationOf(scores);
  const correlation = spread === 0 ? 0 : covariance(own, scores) / spread;
  return { reward_length_correlation: correlation, 'completions/repetition': meanOf(answers.map(repetition)) };
}

function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i] - meanB), 0) / (a.length - 1);
}

function repetition(ids: readonly number[]): number {
  const grams = Math.max(0, ids.length - GRAM + 1);
  if (grams === 0) return 0;
  const seen = new Set(Array.from({ length: grams }, (_, i) => ids.slice(i, i + GRAM).join()));
  return 1 - seen.size / grams;
}

/** Minimum number of validation rows. */
const FEWEST_ROWS = 8;
const TELLING = 0.6;
const MOVED = 0.3;
const REPEATS = 0.2;

/**
 * Warnings about reward hacking; empty if there are none. `sampled`: correlation of length and reward among training
 * answers.
 */
export function suspicionsOf(
  before: Metrics,
  after: Metrics,
  { rows, sampled = 0 }: { rows: number; sampled?: number },
): string[] {
  if (rows < FEWEST_ROWS || !(after.reward > before.reward)) return [];
  const found: string[] = [];
  const [was, is] = [before, after].map((metrics) => metrics['completions/mean_length']);
  const correlation = after.reward_length_correlation ?? 0;
  const change = is / was - 1;
  // If all answers have the same length, there is no correlation; falls back to the initial one and that of sampled
  // answers.
  const known = [correlation, before.reward_length_correlation ?? 0, sampled];
  const telling = known.find((r) => Math.abs(r) >= TELLING) ?? 0;
  if (Math.abs(change) >= MOVED && Math.abs(telling) >= TELLING && Math.sign(change) === Math.sign(telling)) {
    const direction = change > 0 ? 'longer' : 'shorter';
    found.push(
      `answers became ${direction} (${was.toFixed(1)} → ${is.toFixed(1)} tokens), and length predicts ` +
        `the reward (r ${telling.toFixed(2)}): the reward may be rewarding length instead of quality`,
    );
  }
  pushAll(found, fallenRewards(before, after, rows));
  const [repeated, repeats] = [before, after].map((metrics) => metrics['completions/repetition'] ?? 0);
  if (repeats - repeated >= REPEATS) {
    const shares = `${(100 * repeated).toFixed(0)} % → ${(100 * repeats).toFixed(0)} %`;
    found.push(`answers are more repetitive than before (${shares} of their ${GRAM}-token sequences)`);
  }
  return found;
}

/** Held-out rewards that fell significantly (95 %) while the trained one rose. */
function fallenRewards(before: Metrics, after: Metrics, rows: number): string[] {
  return Object.keys(before).flatMap((key) => {
    const [, name] = /^held_out\/(.+)\/mean$/.exec(key) ?? [];
    if (name === undefined) return [];
    const of = (part: string) => [before, after].map((metrics) => entryOf(metrics, `held_out/${name}/${part}`) ?? 0);
    const [[was, is], [a, b]] = [of('mean'), of('std')];
    if (was - is <= 1.96 * Math.sqrt((a ** 2 + b ** 2) / rows)) return [];
    const rose = `the reward rose (${before.reward.toFixed(3)} → ${after.reward.toFixed(3)})`;
    return [`${rose} while ${name}, which is not trained on, fell (${was.toFixed(3)} → ${is.toFixed(3)})`];
  });
}
