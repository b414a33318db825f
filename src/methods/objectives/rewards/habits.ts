import type { Metrics } from '../../../base/events.ts';
import { deviationOf, meanOf, type Rewards } from '../advantages.ts';

const GRAM = 4;

/**
 * What answers have in common with their rewards, by which a reward that is earned by something else than meant shows:
 * how far length tells the reward (Pearson's r), and the share of runs of four tokens that came before in the answer.
 */
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

/** Validation rows below which nothing is said. */
const FEWEST_ROWS = 8;
const TELLING = 0.6;
const MOVED = 0.3;
const REPEATS = 0.2;

/** What makes it likely that a reward was earned by length or repetition, in words; nothing where it was not. */
export function suspicionsOf(before: Metrics, after: Metrics, rows: number): string[] {
  if (rows < FEWEST_ROWS || !(after.reward > before.reward)) return [];
  const found: string[] = [];
  const [was, is] = [before, after].map((metrics) => metrics['completions/mean_length']);
  const correlation = after.reward_length_correlation ?? 0;
  const change = is / was - 1;
  // Where all answers reach the limit, length tells nothing apart any more: what it told before counts.
  const telling = Math.abs(correlation) >= TELLING ? correlation : (before.reward_length_correlation ?? 0);
  if (Math.abs(change) >= MOVED && Math.abs(telling) >= TELLING && Math.sign(change) === Math.sign(telling)) {
    const direction = change > 0 ? 'longer' : 'shorter';
    found.push(
      `answers became ${direction} (${was.toFixed(1)} → ${is.toFixed(1)} tokens), and length tells the ` +
        `reward (r ${telling.toFixed(2)}): the reward may like length rather than what is meant`,
    );
  }
  const [repeated, repeats] = [before, after].map((metrics) => metrics['completions/repetition'] ?? 0);
  if (repeats - repeated >= REPEATS) {
    const shares = `${(100 * repeated).toFixed(0)} % → ${(100 * repeats).toFixed(0)} %`;
    found.push(`answers repeat themselves more than before (${shares} of their runs of ${GRAM} tokens)`);
  }
  return found;
}
