/** What the course of a run's losses says of its settings. */
import type { CourseJudged } from '../base/events.ts';
import { formatNumber } from '../base/format.ts';

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
  trainLosses: readonly { step: number; value: number }[];
  /** Share of all learning rates that the steps after this one had. */
  rateShareAfter(step: number): number;
  /** Which step's weights are the result. */
  resultStep: number;
  /** Of the run as a whole. */
  epochs: number;
  learningRate: number;
}

/** A finding on one line, and what to change in a run that goes on, or in another one. */
export type CourseAdvice = Omit<CourseJudged, 'type'>;

/** Differences count from so many standard errors. */
const SURE = 2;
/**
 * Share of the mean progress for each unit of learning rate: what falls as fast as this or faster at the end has not
 * settled. Rates that fall to 0 make every curve flat at its end, so steps alone say nothing.
 */
const STILL_FALLING = 1 / 3;
/** Losses that rose by less are no matter, whatever their noise. */
const SLIGHT = 0.01;
/** From here on it never bent: the rate was too low, not only the run too short. */
const NEVER_BENT = 0.8;

/** Undefined where the run settled, or where there are too few evaluations to tell. */
export function judgeCourse(facts: CourseFacts): CourseAdvice | undefined {
  return unstable(facts) ?? rising(facts) ?? falling(facts);
}

/** The first thing that training did was harm, or the loss of the trained rows themselves rose. */
function unstable({ evaluations, trainLosses, learningRate }: CourseFacts): CourseAdvice | undefined {
  const change = { learning_rate: short(learningRate / 4) };
  const tenth = Math.ceil(trainLosses.length / 10);
  const [first, last] = [trainLosses.slice(0, tenth), trainLosses.slice(-tenth)].map(meanOf);
  if (trainLosses.length >= 20 && last > first * 1.05) {
    const finding = `training diverged: the training loss rose from ${shown(first)} to ${shown(last)}`;
    return { course: 'unstable', finding, change };
  }
  const [initial, trained] = evaluations;
  if (initial?.step !== 0 || trained === undefined || !isHigher(evaluations, 0, 1)) return undefined;
  const finding = `training was unstable: validation loss rose from ${shown(initial.loss)} to ${shown(trained.loss)} by step ${trained.step}`;
  return { course: 'unstable', finding, change };
}

function rising({ evaluations, resultStep, epochs }: CourseFacts): CourseAdvice | undefined {
  const trained = evaluations.filter(({ step }) => step > 0);
  const last = trained.at(-1);
  if (last === undefined) return undefined;
  const best = trained.reduce((low, one) => (one.loss < low.loss ? one : low));
  const isEarly = best.step <= (2 / 3) * last.step;
  if (!isEarly || !isHigher(evaluations, evaluations.indexOf(best), evaluations.length - 1)) return undefined;
  const result = resultStep === last.step ? 'the last step' : `step ${resultStep}`;
  const finding = `validation loss rose since step ${best.step} of ${last.step} (${shown(best.loss)} to ${shown(last.loss)}); the result is ${result}`;
  return { course: 'rising', finding, change: { epochs: short((epochs * best.step) / last.step) } };
}

function falling({ evaluations, rateShareAfter, epochs, learningRate }: CourseFacts): CourseAdvice | undefined {
  const [initial] = evaluations;
  const last = evaluations.at(-1);
  const from = evaluations.findLastIndex(({ step }) => last !== undefined && step <= (2 / 3) * last.step);
  if (from < 1 || last === undefined) return undefined;
  const since = evaluations[from];
  const isLowest = evaluations.every(({ loss }) => loss >= last.loss);
  const recent = since.loss - last.loss;
  if (!isLowest || recent <= SURE * errorBetween(evaluations, from, evaluations.length - 1)) return undefined;
  const pace = recent / (initial.loss - last.loss) / rateShareAfter(since.step);
  if (!(pace >= STILL_FALLING)) return undefined;
  const span = `in the last ${last.step - since.step} of ${last.step} steps`;
  const finding = `validation loss was still falling (${shown(since.loss)} to ${shown(last.loss)} ${span})`;
  const faster = pace >= NEVER_BENT ? { learning_rate: short(3 * learningRate) } : {};
  return { course: 'falling', finding, change: { epochs: short(epochs), ...faster } };
}

/** Whether the loss rose from one evaluation to another by more than chance, and by enough to matter. */
function isHigher(evaluations: readonly CourseEvaluation[], from: number, to: number): boolean {
  const rise = evaluations[to].loss - evaluations[from].loss;
  return rise > SLIGHT * Math.abs(evaluations[from].loss) && rise > SURE * errorBetween(evaluations, from, to);
}

/** Standard error of the change over several evaluations; those that are not known count as the mean of the others. */
function errorBetween(evaluations: readonly CourseEvaluation[], from: number, to: number): number {
  const changes = evaluations.slice(from + 1, to + 1).map(({ change }) => change?.error);
  const known = changes.filter((error) => error !== undefined);
  const square = known.reduce((sum, error) => sum + error ** 2, 0);
  return known.length === 0 ? 0 : Math.sqrt((square / known.length) * changes.length);
}

/** What to do, in words: how to go on with `run`, or what to change in another. */
export function adviceText({ course, finding, change }: CourseAdvice, run: string): string {
  const { epochs, learning_rate: rate } = change;
  if (course === 'unstable') return `${finding}: train again with a lower rate, --learning-rate ${rate}`;
  if (course === 'rising') return `${finding}; fewer epochs (about ${epochs}) or a lower rate, or more rows`;
  const command = `attune runs continue ${run} --epochs ${epochs}`;
  return `${finding}: ${command}${rate === undefined ? '' : `; or train again with a higher rate, --learning-rate ${rate}`}`;
}

function meanOf(points: readonly { value: number }[]): number {
  return points.reduce((sum, { value }) => sum + value, 0) / points.length;
}

/** Two digits: settings, no measurements. */
function short(value: number): number {
  return Number(value.toPrecision(2));
}

function shown(loss: number): string {
  return formatNumber(loss, 3);
}
