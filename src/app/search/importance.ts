/**
 * How much each setting mattered: how far the settings of the best trials differ from those of all (PED-ANOVA, Watanabe
 * et al. 2023), as Pearson's divergence of two densities on one axis. Shares add up to 1.
 */
import { rankTrials } from './halving.ts';
import { pointOf, type Dimension } from './space.ts';
import type { Trial } from './next-trial.ts';

const GOOD_SHARE = 0.25;
const FEWEST_TRIALS = 6;
const CELLS = 8;

/** Shares by path; undefined with too few trials. */
export function importanceOf(
  dimensions: readonly Dimension[],
  trials: readonly Trial[],
): Record<string, number> | undefined {
  if (trials.length < FEWEST_TRIALS) return undefined;
  const points = rankTrials(trials).map((trial) => pointOf(dimensions, trials[trial].values));
  const good = Math.ceil(GOOD_SHARE * points.length);
  const divergences = dimensions.map(({ values }, i) => {
    const isScale = values.every((value) => typeof value === 'number');
    const cell = (point: readonly number[]) => (isScale ? Math.min(CELLS - 1, Math.floor(point[i] * CELLS)) : point[i]);
    const cells = isScale ? CELLS : values.length;
    const [best, all] = [points.slice(0, good), points].map((some) => sharesOf(some.map(cell), cells));
    return best.reduce((total, share, at) => total + all[at] * (share / all[at] - 1) ** 2, 0);
  });
  const total = divergences.reduce((sum, one) => sum + one, 0);
  return Object.fromEntries(dimensions.map(({ path }, i) => [path, total === 0 ? 0 : divergences[i] / total]));
}

/** Share of points by cell, smoothed: each cell starts with half a point, and a point also counts half in adjacent cells. */
function sharesOf(places: readonly number[], cells: number): number[] {
  const counts = Array.from({ length: cells }, () => 0.5);
  for (const place of places) {
    counts[place] += 1;
    if (place > 0) counts[place - 1] += 0.5;
    if (place < cells - 1) counts[place + 1] += 0.5;
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}
