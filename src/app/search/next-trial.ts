/**
 * The next step of a search, as a pure function of its trials' results: a killed search resumes with the same decisions.
 * The recipe's own settings are trained to the end first. Settings are opened in stages; ASHA chooses the trials to
 * continue; the end of the budget is kept for the best one.
 */
import { greatest } from '../../base/many.ts';
import { entryOf } from '../../base/table.ts';
import { promoted, rankTrials, type Ladder } from './halving.ts';
import { axesOf, pointOf, valuesAt, type Dimension, type Value, type Values } from './space.ts';
import { randomPoint, suggestPoints } from './tree-parzen.ts';

/** A trial by its number: 0 has the recipe's own settings. */
export interface Trial {
  stage: number;
  values: Values;
  /** Lowest validation loss so far at each rung that it reached; infinite if it failed there. */
  losses: readonly number[];
  /** Cost of each rung, in the budget's unit. */
  costs: readonly number[];
}

export interface Plan {
  dimensions: readonly Dimension[];
  ladder: Ladder;
  budget: number;
  seed: number;
  mostTrials: number;
}

export type Decision =
  | { kind: 'start'; values: Values; stage: number }
  | { kind: 'continue'; trial: number }
  /** `winner`: the trial with the lowest loss among those trained to the end. */
  | { kind: 'end'; winner: number; reason: string };

/** Share of the budget after which the last stage begins. */
const LAST_STAGE_FROM = 0.75;
/** Random trials per new setting at the start of a stage, and the most trials per open setting. */
const STARTS_PER_SETTING = 2;
const TRIALS_PER_SETTING = 8;

/** The next decision. Requires that trial 0 has reached its first rung, on which the ranges depend. */
export function decide(plan: Plan, trials: readonly Trial[]): Decision {
  if (trials[0].losses.length < plan.ladder.rungs.length) return { kind: 'continue', trial: 0 };
  const left = plan.budget - sum(trials.flatMap(({ costs }) => costs));
  const next = promoted(trials, plan.ladder);
  const climbs = next === undefined ? undefined : { kind: 'continue' as const, trial: next };
  const explores = climbs ?? startOf(plan, trials);
  const cost = explores === undefined ? Infinity : costOf(plan, trials, explores);
  const best = contender(plan, trials);
  if (explores !== undefined && left - cost >= reserve(plan, trials, { best, explores })) return explores;
  if (best !== undefined && left >= restOf(plan, trials, best)) return { kind: 'continue', trial: best };
  return {
    kind: 'end',
    winner: winnerOf(plan, trials),
    reason: explores === undefined ? 'all settings were tried' : 'the budget is spent',
  };
}

/** Budget to keep back during exploration: enough to train the best trial to its end. */
function reserve(
  plan: Plan,
  trials: readonly Trial[],
  { best, explores }: { best: number | undefined; explores: Exclude<Decision, { kind: 'end' }> },
): number {
  const rest = best === undefined ? 0 : restOf(plan, trials, best);
  if (explores.kind === 'continue') return explores.trial === best ? rest - costOf(plan, trials, explores) : rest;
  // A new trial is worth its cost only if it could be trained to its end.
  return Math.max(rest, wholeCost(plan, trials, explores.values) - costOf(plan, trials, explores));
}

/** The best trial that is not trained to its end, unless the recipe's own settings were better at its rung. */
function contender({ ladder }: Plan, trials: readonly Trial[]): number | undefined {
  return rankTrials(trials).find((trial) => {
    const { losses } = trials[trial];
    const last = losses.at(-1) ?? Infinity;
    return losses.length < ladder.rungs.length && last < trials[0].losses[losses.length - 1];
  });
}

function winnerOf({ ladder }: Plan, trials: readonly Trial[]): number {
  return rankTrials(trials).find((trial) => trials[trial].losses.length === ladder.rungs.length)!;
}

/** A trial with new settings in the first stage that still has some; undefined if there are none. */
function startOf(plan: Plan, trials: readonly Trial[]): Extract<Decision, { kind: 'start' }> | undefined {
  if (trials.length >= plan.mostTrials) return undefined;
  const spent = sum(trials.flatMap(({ costs }) => costs));
  const stages = [...new Set(plan.dimensions.map(({ stage }) => stage))].toSorted((a, b) => a - b);
  const reached = greatest([...trials.map(({ stage }) => stage), stages[0]]);
  for (const stage of stages.filter((one) => one >= reached)) {
    const isLast = stage === stages.at(-1);
    if (!isLast && stage !== stages[0] && spent > LAST_STAGE_FROM * plan.budget) continue;
    const values = nextValues(plan, trials, stage);
    if (values !== undefined) return { kind: 'start', values, stage };
  }
  return undefined;
}

/** New values of a stage: its grid or random ones at first, then those that the estimator suggests. */
function nextValues(plan: Plan, trials: readonly Trial[], stage: number): Values | undefined {
  const open = plan.dimensions.filter((one) => one.stage <= stage);
  const fresh = open.filter((one) => one.stage === stage);
  const here = trials.filter((trial) => trial.stage === stage).length;
  const isNew = (values: Values) => !trials.some((trial) => isSame(open, trial.values, values));
  const best = trials[rankTrials(trials)[0]].values;
  // The first stage tries the values of a single setting in turn, from the middle outwards.
  if (stage === open[0]?.stage && fresh.length === open.length && open.length === 1) return gridOf(open[0]).find(isNew);
  if (here >= TRIALS_PER_SETTING * open.length) return undefined;
  const key = (attempt: number) => [plan.seed, 'trial', trials.length, attempt] as const;
  if (here < STARTS_PER_SETTING * fresh.length) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const values = { ...best, ...valuesAt(fresh, randomPoint(axesOf(fresh), key(attempt))) };
      if (isNew(values)) return values;
    }
  }
  const ranked = rankTrials(trials).map((trial) => pointOf(open, trials[trial].values));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const points = suggestPoints(axesOf(open), ranked, key(attempt));
    const values = points.map((point) => valuesAt(open, point)).find(isNew);
    if (values !== undefined) return values;
  }
  return undefined;
}

/** Draws before a stage counts as exhausted. */
const ATTEMPTS = 8;

/** The values of one setting, those next to the middle first. */
function gridOf({ path, values }: Dimension): Values[] {
  const middle = (values.length - 1) / 2;
  const order = [...values.keys()].toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle) || b - a);
  return order.map((i) => ({ [path]: values[i] }));
}

function isSame(open: readonly Dimension[], a: Values, b: Values): boolean {
  const at = (values: Values, { path, usual }: Dimension): Value => entryOf(values, path) ?? usual;
  return open.every((one) => at(a, one) === at(b, one));
}

/** Expected cost of a decision, from the costs of trial 0. */
function costOf(plan: Plan, trials: readonly Trial[], decision: Exclude<Decision, { kind: 'end' }>): number {
  const [own] = trials;
  if (decision.kind === 'start') return own.costs[0] * lengthOf(plan, decision.values);
  const { values, losses } = trials[decision.trial];
  return own.costs[losses.length] * lengthOf(plan, values);
}

function restOf(plan: Plan, trials: readonly Trial[], trial: number): number {
  const { values, losses } = trials[trial];
  return sum(trials[0].costs.slice(losses.length)) * lengthOf(plan, values);
}

function wholeCost(plan: Plan, trials: readonly Trial[], values: Values): number {
  return sum(trials[0].costs) * lengthOf(plan, values);
}

const EPOCHS = 'training.epochs';

/** Length of a run relative to that of trial 0. */
function lengthOf({ dimensions }: Plan, values: Values): number {
  const usual = dimensions.find(({ path }) => path === EPOCHS)?.usual;
  return EPOCHS in values ? Number(values[EPOCHS]) / Number(usual) : 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
