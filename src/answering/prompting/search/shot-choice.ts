import type { Example } from '../../../data/example.ts';
import { shuffled } from '../../../base/random.ts';
import { describeTask } from '../instruction.ts';
import type { Prompting } from '../prompting.ts';
import { foundLibraries } from './found-libraries.ts';
import type { WayContext } from '../ways/way.ts';
import { mean } from './pareto.ts';
import type { Pool } from './pool.ts';

/** Number of random choices of fixed examples. */
const SETS = 4;

/** Promptings to begin with: instructions, with no, fixed or retrieved examples and passages. */
export function firstPromptings(context: WayContext): Prompting[] {
  const { instruction, rows, settings, trial } = context;
  const derived = describeTask(rows.typical);
  const told = [...new Set([instruction, ...(instruction === undefined ? [undefined, derived] : [])])];
  const shown = Math.min(settings.shots, rows.train.length);
  const fixed = (set: number): readonly Example[] =>
    shuffled(rows.train, [trial.seed, 'prompt-search shots', set]).slice(0, shown);
  const sets = shown === 0 ? [] : Array.from({ length: SETS }, (_, set) => fixed(set));
  const libraries = shown > 0 || context.passages.length > 0 ? foundLibraries(context) : [];
  return told.flatMap((one) => [
    { instruction: one },
    ...libraries.map((library) => ({ instruction: one, library })),
    ...sets.map((shots) => ({ instruction: one, shots })),
  ]);
}

/**
 * Successive halving: all promptings answer a few rows, the better half twice as many, until the last ones have
 * answered all rows. @returns the survivors, which have answered every row
 */
export async function halve(pool: Pool, promptings: readonly Prompting[]): Promise<void> {
  const rounds = Math.ceil(Math.log2(Math.max(1, promptings.length)));
  let left = promptings.map((prompting) => pool.add(prompting));
  for (let round = 0; round <= rounds; round++) {
    const rows = Math.ceil(pool.rows.length / 2 ** (rounds - round));
    for (const candidate of left) await pool.measure(candidate, rows);
    const best = left.toSorted((a, b) => mean(b.scores) - mean(a.scores) || a.place - b.place);
    if (round < rounds) left = best.slice(0, Math.ceil(left.length / 2));
  }
}

/** Number of answers that halving takes. */
export function halvingCost(promptings: number, rows: number): number {
  const rounds = Math.ceil(Math.log2(Math.max(1, promptings)));
  let [cost, left, answered] = [0, promptings, 0];
  for (let round = 0; round <= rounds; round++) {
    const upTo = Math.ceil(rows / 2 ** (rounds - round));
    cost += left * (upTo - answered);
    answered = upTo;
    left = Math.ceil(left / 2);
  }
  return cost;
}
