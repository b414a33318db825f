/** Coverage of the intervals for reviews and judges, over draws from known populations. */
import { predictionPowered } from '../../src/scoring/judges/prediction-powered.ts';
import type { AnswerPair, Choice } from '../../src/scoring/judges/answer-pairs.ts';
import { standing, type Preference } from '../../src/scoring/judges/win-rate.ts';
import { planReview, plannedMean } from '../../src/evaluation/review/review-plan.ts';
import { drawsOf, type Draws } from './draws.ts';

const TRIALS = 1000;

/** The result of one draw, and whether its interval contains the true value. */
interface Held {
  low: number;
  high: number;
}

function coverage(name: string, truth: number, draw: (draws: Draws) => Held): void {
  let held = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const { low, high } = draw(drawsOf([0, name, trial]));
    if (low <= truth && truth <= high) held++;
  }
  console.log(`  ${name.padEnd(74)} ${((100 * held) / TRIALS).toFixed(1)} %`);
}

function pairsOf(count: number, answers: (i: number) => readonly [string, string] = () => ['x', 'y']): AnswerPair[] {
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = answers(i);
    return { id: `${i}`, prompt: 'p', a, b, systems: ['mine', 'theirs'] };
  });
}

/** Numbers of rows that `a` wins and loses; the rest are ties. */
function choiceOf(unit: number, [wins, losses]: readonly [number, number]): Choice {
  return unit < wins ? 'a' : unit < wins + losses ? 'b' : 'tie';
}

/**
 * All reviewers see the same pairs. In each pair one side is better or neither is, and each reviewer errs independently
 * in one of five choices. The true value is the share over all possible reviewers.
 */
function reviewed(count: number, reviewers: number, shares: readonly [number, number]) {
  const pairs = pairsOf(count);
  return (draws: Draws): Held => {
    const preferences = pairs.flatMap((pair) => {
      const better = choiceOf(draws.unit(), shares);
      return Array.from({ length: reviewers }, (): Preference => {
        const isWrong = draws.unit() < 0.2;
        return { pair, choice: isWrong ? choiceOf(draws.unit(), [1 / 3, 1 / 3]) : better };
      });
    });
    return standing(preferences)!.winRate;
  };
}

/** The pairs that differ most are shown first, and are won more often: 80 of 100, against 50 of 100 of the others. */
function planned(count: number, most: number) {
  const pairs = pairsOf(count, (i) => ['one two three four', i % 4 === 0 ? 'five six' : 'one two three five']);
  return (draws: Draws): Held => {
    const plan = planReview(pairs, most, Math.floor(draws.unit() * 2 ** 31));
    const isDiffering = new Set(pairs.filter(({ b }) => b === 'five six').map(({ id }) => id));
    const scores = plan.chosen.map(({ id }) => ({
      id,
      score: draws.unit() < (isDiffering.has(id) ? 0.8 : 0.5) ? 1 : 0,
    }));
    return plannedMean(plan, scores);
  };
}

/** A judge that mistakes one loss in five for a win, or flips coins, and people who rate some of the rows. */
function powered(labels: number, judged: number, judge: (own: number, draws: Draws) => number) {
  return (draws: Draws): Held => {
    const rows = Array.from({ length: labels + judged }, () => {
      const own = draws.unit() < 0.6 ? 1 : 0;
      return [judge(own, draws), own] as const;
    });
    return predictionPowered({ judged: rows.slice(labels).map(([guess]) => guess), labelled: rows.slice(0, labels) });
  };
}

const kind = (own: number, draws: Draws) => (own === 1 || draws.unit() < 0.2 ? 1 : 0);
const coin = (_: number, draws: Draws) => (draws.unit() < 0.5 ? 1 : 0);

console.log(`95 % intervals that hold the truth in ${TRIALS.toLocaleString('en-GB')} draws: reviewers`);
for (const [count, reviewers] of [
  [60, 1],
  [60, 3],
  [200, 2],
] as const) {
  const shares = [0.5, 0.3] as const;
  const truth = 0.8 * (shares[0] + (1 - shares[0] - shares[1]) / 2) + 0.2 * 0.5;
  coverage(
    `${count} pairs, ${reviewers} reviewers each, 20 % of choices wrong`,
    truth,
    reviewed(count, reviewers, shares),
  );
}
coverage(
  '400 pairs, 80 shown: those that differ most, and a weighted share',
  0.25 * 0.8 + 0.75 * 0.5,
  planned(400, 80),
);
console.log('a judge on all rows and people on some (prediction-powered)');
for (const [labels, judged] of [
  [50, 500],
  [100, 300],
  [200, 2000],
] as const) {
  coverage(`${labels} labels, ${judged} judged, every fifth loss taken for a win`, 0.6, powered(labels, judged, kind));
  coverage(`${labels} labels, ${judged} judged, by a toss of a coin`, 0.6, powered(labels, judged, coin));
}
