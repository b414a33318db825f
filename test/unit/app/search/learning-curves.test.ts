import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shuffled } from '../../../../src/base/random.ts';
import { ladderOf, promoted, rankTrials } from '../../../../src/app/search/halving.ts';

interface Recorded {
  steps: number;
  every: number;
  curves: { losses: number[] }[];
}

const SEEDS = 50;
const ladder = ladderOf(4, 3);
const path = join(import.meta.dirname, '../../../../fixtures/learning-curves.json');
const { steps, every, curves } = JSON.parse(readFileSync(path, 'utf8')) as Recorded;

/** Lowest loss up to each rung, as a search records it. */
const climbs = curves.map(({ losses }) =>
  ladder.rungs.map((rung) => Math.min(...losses.slice(0, Math.round((rung * steps) / every)))),
);

/** Halves the curves in the given order, and counts the steps that a search would have trained. */
function replay(order: readonly number[]) {
  const trials: { losses: number[] }[] = [];
  let trained = 0;
  const climb = (trial: number) => {
    const { losses } = trials[trial];
    trained += steps * (ladder.rungs[losses.length] - (ladder.rungs[losses.length - 1] ?? 0));
    losses.push(climbs[order[trial]][losses.length]);
  };
  while (true) {
    const next = promoted(trials, ladder);
    if (next !== undefined) climb(next);
    else if (trials.length < order.length) climb(trials.push({ losses: [] }) - 1);
    else return { winner: order[rankTrials(trials)[0]], share: trained / (steps * order.length) };
  }
}

test('on recorded curves, halving finds the winner of full training with a quarter of the steps for most orders', () => {
  const found = Array.from({ length: SEEDS }, (_, seed) => {
    // A different subset of curves in a different order for each seed.
    const order = shuffled([...curves.keys()], [seed, 'replay']).slice(0, Math.round(0.8 * curves.length));
    const best = Math.min(...order.map((curve) => climbs[curve].at(-1)!));
    return { ...replay(order), best };
  });
  // Some orders take more than a quarter: promotions do not wait for later trials.
  const good = found.filter(({ winner, best, share }) => climbs[winner].at(-1) === best && share <= 1 / 4);
  expect(good.length / SEEDS).toBeGreaterThanOrEqual(0.8);
});
