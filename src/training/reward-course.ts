/** Judges the settings of a run with rewards: losses of policies are 0 up to noise, so rewards are examined. */
import { formatNumber } from '../base/format.ts';
import { type CoursePoint, spanOf, SURE } from './course-points.ts';
import type { CourseJudged } from '../base/events.ts';

/** Validation after a step; `change` is that of the rows' losses since the evaluation before it. */
export interface CourseEvaluation {
  step: number;
  loss: number;
  change?: { mean: number; error: number };
}

export interface CourseFacts {
  /** In order of steps; that of the untrained model first. */
  evaluations: readonly CourseEvaluation[];
  /** Training losses in order of steps. */
  trainLosses: readonly CoursePoint[];
  /** For runs with rewards, whose losses are minus the validation rewards. */
  rewards?: RewardCurves;
  /** Share of all learning rates that the steps after this one had. */
  rateShareAfter(step: number): number;
  /** Which step's weights are the result. */
  resultStep: number;
  /** Facts about the whole run. */
  epochs: number;
  learningRate: number;
  /** Default learning rate, had the recipe left it out. */
  usualRate: number;
}

/** Curves of each step's sampled answers; empty if not measured. */
export interface RewardCurves {
  rewards: readonly CoursePoint[];
  /** Share of the prompts whose answers all got the same reward. */
  alike: readonly CoursePoint[];
  entropies: readonly CoursePoint[];
  /** To the reference. */
  distances: readonly CoursePoint[];
}

/** A finding on one line, and what to change in a run that goes on, or in another one. */
export type CourseAdvice = Omit<CourseJudged, 'type'>;

export type RewardFacts = RewardCurves & Pick<CourseFacts, 'rateShareAfter' | 'epochs' | 'learningRate' | 'usualRate'>;

/** Fewer steps say nothing: rewards of single steps are mostly noise. */
const FEWEST_STEPS = 20;
/** Steps in which policies of small models learnt the tasks of docs/feedback-and-reward.md. */
const USUAL_STEPS = 250;
/** Share of the initial entropy: what remains of a policy that ignores its reward. */
const COLLAPSED = 0.1;
/** Share of the prompts from which on nothing is left to learn from. */
const ALL = 0.9;
/** As in the course of losses. */
const STILL_RISING = 1 / 3;

/** Undefined where the reward rose and settled, or where there are too few steps to tell. */
export function judgeRewards(facts: RewardFacts): CourseAdvice | undefined {
  const { rewards } = facts;
  if (rewards.length < FEWEST_STEPS) return undefined;
  const [first, last] = [spanOf(rewards, 0, 0.2), spanOf(rewards, 0.8, 1)];
  const error = Math.hypot(first.error, last.error);
  const rise = last.mean - first.mean;
  const measured = `sampled reward ${shown(first.mean)} to ${shown(last.mean)} in ${rewards.at(-1)!.step} steps`;
  const moved = { rise, error: SURE * error, text: `${measured}${aside(facts)}` };
  if (rise > SURE * error) return stillRising(facts, rise);
  return fallen(facts, moved) ?? unmoved(facts, moved);
}

interface Moved {
  rise: number;
  /** Standard error. */
  error: number;
  text: string;
}

/** The reward fell, or answers became alike without it. */
function fallen({ entropies, learningRate }: RewardFacts, { rise, error, text }: Moved): CourseAdvice | undefined {
  const hasCollapsed = change(entropies, (before, after) => after < COLLAPSED * before);
  if (rise >= -error && !hasCollapsed) return undefined;
  const what = rise < -error ? 'the reward fell' : 'answers became alike and the reward did not rise';
  return { course: 'unstable', finding: `${what}: ${text}`, change: { learning_rate: short(learningRate / 4) } };
}

/** The reward has not moved beyond its noise. */
function unmoved({ rewards, alike, epochs, ...rates }: RewardFacts, { error, text }: Moved): CourseAdvice {
  const { learningRate, usualRate } = rates;
  const share = alike.length === 0 ? 0 : spanOf(alike, 0, 1).mean;
  const why =
    share > 0.5 ? `; at ${formatNumber(100 * share, 2)} % of the prompts all answers got the same reward` : '';
  const { step: steps } = rewards.at(-1)!;
  const isShort = share < ALL && steps < USUAL_STEPS;
  const more = isShort ? { epochs: short((epochs * USUAL_STEPS) / steps) } : {};
  // Too low learns nothing, and too high takes in as much noise as signal.
  const isUsual = learningRate >= usualRate / 2 && learningRate <= 2 * usualRate;
  const other = isUsual ? {} : { learning_rate: usualRate };
  const finding = `the reward has not moved beyond its noise (± ${shown(error)}): ${text}${why}`;
  return { course: 'flat', finding, change: { ...more, ...other } };
}

/** Whether the last third still rose, for the rates that it had; not where nothing is left to tell answers apart by. */
function stillRising(facts: RewardFacts, rise: number): CourseAdvice | undefined {
  const { rewards, alike, rateShareAfter, epochs } = facts;
  if (alike.length > 0 && spanOf(alike, 0.9, 1).mean > ALL) return undefined;
  const [before, after] = [spanOf(rewards, 2 / 3, 5 / 6), spanOf(rewards, 5 / 6, 1)];
  const recent = after.mean - before.mean;
  const rates = rateShareAfter(before.middle) - rateShareAfter(after.middle);
  if (recent <= SURE * Math.hypot(before.error, after.error) || recent / rise / rates < STILL_RISING) return undefined;
  const { step: steps } = rewards.at(-1)!;
  const span = `in the last ${Math.round(steps / 3)} of ${steps} steps`;
  const finding = `the reward was still rising (${shown(before.mean)} to ${shown(after.mean)} ${span})`;
  return { course: 'falling', finding, change: { epochs: short(epochs) } };
}

/** Entropy and distance to the reference, where they are known. */
function aside({ entropies, distances }: RewardFacts): string {
  const named = [
    ['entropy', entropies],
    ['distance to the reference', distances],
  ] as const;
  return named
    .filter(([, points]) => points.length >= FEWEST_STEPS)
    .map(([name, points]) => `, ${name} ${shown(spanOf(points, 0, 0.2).mean)} to ${shown(spanOf(points, 0.8, 1).mean)}`)
    .join('');
}

function change(points: readonly CoursePoint[], test: (before: number, after: number) => boolean): boolean {
  return points.length >= FEWEST_STEPS && test(spanOf(points, 0, 0.2).mean, spanOf(points, 0.8, 1).mean);
}

/** Two digits: settings, no measurements. */
function short(value: number): number {
  return Number(value.toPrecision(2));
}

function shown(value: number): string {
  return formatNumber(value, 2);
}
