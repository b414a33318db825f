import { expect, test } from 'vitest';
import { randomUnit } from '../../../../src/base/random.ts';
import { readBudget } from '../../../../src/app/search/search-budget.ts';
import { correctedLead } from '../../../../src/app/search/corrected-lead.ts';
import { decide, type Plan, type Trial } from '../../../../src/app/search/next-trial.ts';
import { ladderOf, rankTrials } from '../../../../src/app/search/halving.ts';
import { importanceOf } from '../../../../src/app/search/importance.ts';
import { readWish, type Dimension, type Values } from '../../../../src/app/search/space.ts';

const ladder = ladderOf(4, 3);

const rate: Dimension = {
  path: 'training.learning_rate',
  stage: 1,
  values: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2],
  isContinuous: true,
  usual: 1e-3,
};
const rank: Dimension = { path: 'tuning.r', stage: 2, values: [4, 8, 16, 32, 64], isContinuous: false, usual: 16 };
const plan: Plan = { dimensions: [rate, rank], ladder, budget: 8, seed: 1, mostTrials: 64 };

/** A loss with its minimum at a rate of 3e-3 and rank 32, approached as training progresses; a full run costs 1. */
function lossOf(values: Values, until: number): number {
  const distance = Math.abs(Math.log(Number(values[rate.path] ?? rate.usual) / 3e-3));
  return distance + 0.2 * Math.abs(Math.log(Number(values[rank.path] ?? rank.usual) / 32)) + 1 - until;
}

/** Simulates a search to its end. */
function play(wanted: Plan) {
  const trials: Trial[] = [climbed({ stage: 0, values: {}, losses: [], costs: [] })];
  for (;;) {
    const decision = decide(wanted, trials);
    if (decision.kind === 'end') return { ...decision, trials };
    if (decision.kind === 'start') trials.push(climbed({ ...decision, losses: [], costs: [] }));
    else trials[decision.trial] = climbed(trials[decision.trial]);
  }
}

function climbed(trial: Trial): Trial {
  const rung = trial.losses.length;
  const until = ladder.rungs[rung];
  const cost = until - (ladder.rungs[rung - 1] ?? 0);
  return { ...trial, losses: [...trial.losses, lossOf(trial.values, until)], costs: [...trial.costs, cost] };
}

const spentOf = (trials: readonly Trial[]) => trials.flatMap(({ costs }) => costs).reduce((sum, cost) => sum + cost, 0);

test('a search finds better settings than the recipe has, and keeps to its budget', () => {
  const { winner, trials } = play(plan);
  expect(lossOf(trials[winner].values, 1)).toBeLessThan(0.35 * lossOf({}, 1));
  expect(spentOf(trials)).toBeLessThanOrEqual(plan.budget);
  expect(trials[winner].losses.length).toBe(3);
  // Learning rates are varied first.
  expect(trials.slice(1, 5).map(({ values }) => Object.keys(values))).toEqual([0, 1, 2, 3].map(() => [rate.path]));
});

test('a budget for no more than the recipe itself ends with it', () => {
  const { winner, trials } = play({ ...plan, budget: 1.05 });
  expect(winner).toBe(0);
  expect(spentOf(trials)).toBe(1);
});

test('failed trials never win and do not stop the search', () => {
  const failed: Trial = { stage: 1, values: { [rate.path]: 1e-2 }, losses: [Infinity], costs: [0.05] };
  const own: Trial = { stage: 0, values: {}, losses: [3, 2, 1], costs: [0.0625, 0.1875, 0.75] };
  const decision = decide({ ...plan, budget: 3 }, [own, failed]);
  expect(decision.kind).toBe('start');
  expect(rankTrials([failed, own])).toEqual([1, 0]);
});

test('a space with few settings is searched once', () => {
  const { trials, reason } = play({ ...plan, dimensions: [{ ...rank, stage: 1 }], budget: 100 });
  expect(trials.length).toBe(5);
  expect(reason).toBe('all settings were tried');
});

test('the lead of a winner that was best by chance is corrected to about nothing', () => {
  const draw = (set: number, trial: number) =>
    Array.from({ length: 40 }, (_, row) => 2 * randomUnit([set, 'loss', trial], row));
  const leads = Array.from({ length: 8 }, (_, set) => {
    const losses = Array.from({ length: 15 }, (_unused, trial) => draw(set, trial));
    const sums = losses.map((one) => one.reduce((sum, loss) => sum + loss, 0));
    return correctedLead(losses, sums.indexOf(Math.min(...sums)), 1)!;
  });
  const meanOf = (name: 'seen' | 'corrected') => leads.reduce((sum, lead) => sum + lead[name], 0) / leads.length;
  expect(meanOf('seen')).toBeGreaterThan(0.1);
  expect(meanOf('corrected')).toBeLessThan(0.4 * meanOf('seen'));
  const own = draw(0, 0);
  expect(correctedLead([own, own.map((loss) => loss - 0.5)], 1, 1)!.corrected).toBeCloseTo(0.5);
});

test('the setting that decides is the one that mattered', () => {
  const trials = play({ ...plan, budget: 16 }).trials;
  const mattered = importanceOf(plan.dimensions, trials)!;
  expect(mattered[rate.path]).toBeGreaterThan(mattered[rank.path]);
  expect(Object.values(mattered).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
});

test('budgets are durations, tokens or money', () => {
  expect(readBudget('10m')).toEqual({ unit: 'seconds', amount: 600 });
  expect(readBudget('2M tokens')).toEqual({ unit: 'tokens', amount: 2e6 });
  expect(readBudget('$5', 2)).toEqual({ unit: 'seconds', amount: 9000, hourly: 2 });
  expect(() => readBudget('$5')).toThrow(/price of an hour/);
  expect(() => readBudget('much')).toThrow(/--budget is not valid/);
  expect(readWish('r=8,16')).toEqual({ key: 'r', values: [8, 16] });
  expect(readWish('learning_rate=1e-5..1e-3')).toEqual({
    key: 'learning_rate',
    values: [1e-5, 1e-3],
    isContinuous: true,
  });
  expect(() => readWish('learning_rate=1..0')).toThrow(/not a range/);
});
