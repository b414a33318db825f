/** Measures that the simulations report. */
import { holm, ScoreStatistics, type PairedDifference } from '../../src/scoring/statistics/index.ts';
import { drawsOf } from './draws.ts';
import { rates, type Population } from './populations.ts';

export interface Study {
  trials: number;
  rows: number;
  resamples?: number;
  seed?: number;
}

/**
 * Differences of pairs drawn from a population. All trials share one set of resamples, which saves most of the time.
 */
function* differences(
  population: Population,
  { trials, rows, resamples, seed = 0 }: Study,
): Generator<PairedDifference> {
  const statistics = new ScoreStatistics(rows, { clusters: population.clusters?.(rows), resamples, seed });
  for (let trial = 0; trial < trials; trial++) {
    const { subject, other } = population.draw(drawsOf([seed, 'simulation', trial]), rows);
    yield statistics.difference(subject, other);
  }
}

/** Share of the trials whose 95 % interval contains the true difference. */
export function coverage(population: Population, study: Study): number {
  let covered = 0;
  for (const { low, high } of differences(population, study)) {
    if (low <= population.truth && population.truth <= high) covered++;
  }
  return covered / study.trials;
}

/** Whether a comparison would call the subject better or worse: interval and p-value must agree. */
function isFound({ low, high, p }: PairedDifference): boolean {
  return p <= 0.05 && (low > 0 || high < 0);
}

/** For each trial, whether a difference is found; trial 0 uses seed 0, and so on. */
export function findings(population: Population, study: Study): boolean[] {
  return Array.from(differences(population, study), isFound);
}

/** Share of the trials in which Holm's method finds a difference among `systems` equally good models. */
export function familyError(
  systems: number,
  { trials, rows, resamples, seed = 0 }: Study,
): { plain: number; holm: number } {
  const statistics = new ScoreStatistics(rows, { resamples, seed });
  const { draw } = rates({ rate: 0.6, gain: 0, shared: 0 });
  const errors = { plain: 0, holm: 0 };
  for (let trial = 0; trial < trials; trial++) {
    const scores = Array.from({ length: systems + 1 }, (_, i) => draw(drawsOf([seed, 'family', trial, i]), rows).other);
    const ps = scores.slice(1).map((other) => statistics.difference(scores[0], other).p);
    if (ps.some((p) => p <= 0.05)) errors.plain++;
    if (holm(ps).some((p) => p <= 0.05)) errors.holm++;
  }
  return { plain: errors.plain / trials, holm: errors.holm / trials };
}
