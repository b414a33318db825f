/** Judges the settings of runs with rewards, by the rewards themselves, since policy losses are 0 up to noise. */
import { formatNumber } from '../base/format.ts';
import { type CoursePoint, spanOf, SURE } from './course-points.ts';
import type { CourseJudged } from '../base/events.ts';

/** Validation after a step; `change` is the change of the rows' losses since the previous evaluation. */
export interface CourseEvaluation {
  step: number;
  loss: number;
  change?: { mean: number; error: number };
}

export interface CourseFacts {
  /** In order of steps, starting with the untrained model. */
  evaluations: readonly CourseEvaluation[];
  /** Training losses, in order of steps. */
  trainLosses: readonly CoursePoint[];
  /** For runs with rewards, whose losses are the negative validation rewards. */
  rewards?: RewardCurves;
  /** Share of the sum of learning rates that falls on steps after this one. */
  rateShareAfter(step: number): number;
  /** Step whose weights are the result. */
  resultStep: number;
  epochs: number;
  learningRate: number;
  /** The default learning rate. */
  usualRate: number;
}

/** Curves of sampled answers by step; empty if not measured. */
export interface RewardCurves {
  rewards: readonly CoursePoint[];
  /** Share of prompts whose answers all have the same reward. */
  alike: readonly CoursePoint[];
  entropies: readonly CoursePoint[];
  /** Distances from the reference. */
  distances: readonly CoursePoint[];
}

/** A one-line finding, and what to change when continuing the run or in a new one. */
export type CourseAdvice = Omit<CourseJudged, 'type'>;

export type RewardFacts = RewardCurves & Pick<CourseFacts, 'rateShareAfter' | 'epochs' | 'learningRate' | 'usualRate'>;

/** Minimum steps to judge, since rewards of single steps are mostly noise. */
const FEWEST_STEPS = 20;
/** Steps that small models needed for the tasks in docs/feedback-and-reward.md. */
const USUAL_STEPS = 250;
/** Entropy relative to the start, below which a policy has collapsed. */
const COLLAPSED = 0.1;
/** Share of prompts with equal rewards from which on there is hardly anything to learn. */
const ALL = 0.9;
/** As `STILL_FALLING` in course.ts. */
const STILL_RISING = 1 / 3;

/** Undefined if there are too few steps to tell. */
export function judgeRewards(facts: RewardFacts): CourseAdvice | undefined {
  const { rewards } = facts;
  if (rewards.length < FEWEST_STEPS) return undefined;
  const [first, last] = [spanOf(rewards, 0, 0.2), spanOf(rewards, 0.8, 1)];
  const error = Math.hypot(first.error, last.error);
  const rise = last.mean - first.mean;
  const measured = `sampled reward ${shown(first.mean)} to ${shown(last.mean)} in ${rewards.at(-1)!.step} steps`;
  const moved = { rise, error: SURE * error, text: `${measured}${aside(facts)}` };
  if (rise > SURE * error) return stillRising(facts, rise) ?? settled(facts, moved.text);
  return fallen(facts, moved) ?? unmoved(facts, moved);
}

interface Moved {
  rise: number;
  /** Standard error. */
  error: number;
  text: string;
}

/** The reward fell, or answers became alike although it did not rise. */
function fallen({ entropies, learningRate }: RewardFacts, { rise, error, text }: Moved): CourseAdvice | undefined {
  if (rise >= -error && !hasCollapsed(entropies)) return undefined;
  const what = rise < -error ? 'the reward fell' : 'answers became alike and the reward did not rise';
  return { course: 'unstable', finding: `${what}: ${text}`, change: { learning_rate: short(learningRate / 4) } };
}

/** The reward stayed within its noise. */
function unmoved({ rewards, alike, epochs, ...rates }: RewardFacts, { error, text }: Moved): CourseAdvice {
  const { learningRate, usualRate } = rates;
  const share = alike.length === 0 ? 0 : spanOf(alike, 0, 1).mean;
  const why =
    share > 0.5 ? `; at ${formatNumber(100 * share, 2)} % of the prompts all answers got the same reward` : '';
  const { step: steps } = rewards.at(-1)!;
  const isShort = share < ALL && steps < USUAL_STEPS;
  const more = isShort ? { epochs: short((epochs * USUAL_STEPS) / steps) } : {};
  // A rate that is too low learns nothing; one that is too high learns noise as much as signal.
  const isUsual = learningRate >= usualRate / 2 && learningRate <= 2 * usualRate;
  const other = isUsual ? {} : { learning_rate: usualRate };
  const finding = `the reward has not moved beyond its noise (± ${shown(error)}): ${text}${why}`;
  return { course: 'flat', finding, change: { ...more, ...other } };
}

/** The reward rose, and nothing says that the settings should change, unless answers became alike on the way. */
function settled({ entropies }: RewardFacts, text: string): CourseAdvice {
  const alike = hasCollapsed(entropies)
    ? '; answers have become nearly alike: read some, and set objective.beta: 0.05 if they should stay varied'
    : '';
  return { course: 'settled', finding: `the reward rose and settled: ${text}${alike}`, change: {} };
}

/** Whether the last third still rose, given its rates, unless hardly any prompt has differing rewards. */
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

/** Entropy and distance from the reference, if known. */
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

function hasCollapsed(entropies: readonly CoursePoint[]): boolean {
  if (entropies.length < FEWEST_STEPS) return false;
  return spanOf(entropies, 0.8, 1).mean < COLLAPSED * spanOf(entropies, 0, 0.2).mean;
}

/** Two digits, since these are settings, not measurements. */
function short(value: number): number {
  return Number(value.toPrecision(2));
}

function shown(value: number): string {
  return formatNumber(value, 2);
}
