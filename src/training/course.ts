/** Judges a run's settings by the course of its losses or rewards. */
import { formatNumber } from '../base/format.ts';
import { judgeRewards, type CourseFacts, type CourseEvaluation, type CourseAdvice } from './reward-course.ts';
import { SURE, spanOf } from './course-points.ts';

/**
 * Share of the average progress per unit of learning rate: a loss that still falls at least this fast at the end has
 * not settled. A rate that decays to 0 flattens every curve, so steps alone say nothing.
 */
const STILL_FALLING = 1 / 3;
/** Smaller increases of the loss do not matter, whatever their noise. */
const SLIGHT = 0.01;
/** The same for training losses, which vary more since each is over different rows. */
const MUCH = 0.05;
/** A rate below this share of the usual one was too low for a loss that still falls. */
const LOW_RATE = 1 / 3;
/** A curve this straight never flattened: not only was the run too short, but the rate too low. */
const NEVER_BENT = 0.8;

/** Undefined if losses settled, or there are too few evaluations or steps to tell. */
export function judgeCourse(facts: CourseFacts): CourseAdvice | undefined {
  const { rewards } = facts;
  // Policy losses are 0 up to noise, whatever was learnt.
  if (rewards !== undefined) {
    const judged = judgeRewards({ ...facts, ...rewards });
    return judged === undefined || judged.course === 'settled' ? (rising(facts) ?? judged) : judged;
  }
  return unstable(facts) ?? rising(facts) ?? falling(facts);
}

/** The loss rose right from the start, or the training loss itself rose. */
function unstable({ evaluations, trainLosses, learningRate }: CourseFacts): CourseAdvice | undefined {
  const change = { learning_rate: short(learningRate / 4) };
  if (trainLosses.length >= 20) {
    const [first, last] = [spanOf(trainLosses, 0, 0.1), spanOf(trainLosses, 0.9, 1)];
    const least = Math.max(MUCH * Math.abs(first.mean), SURE * Math.hypot(first.error, last.error));
    const finding = `training diverged: the training loss rose from ${shown(first.mean)} to ${shown(last.mean)}`;
    if (last.mean - first.mean > least) return { course: 'unstable', finding, change };
  }
  const [initial, trained] = evaluations;
  if (initial?.step !== 0 || trained === undefined || !isHigher(evaluations, 0, 1)) return undefined;
  const finding = `training was unstable: validation loss rose from ${shown(initial.loss)} to ${shown(trained.loss)} by step ${trained.step}`;
  return { course: 'unstable', finding, change };
}

function rising({ evaluations, resultStep, epochs, rewards }: CourseFacts): CourseAdvice | undefined {
  const trained = evaluations.filter(({ step }) => step > 0);
  const last = trained.at(-1);
  if (last === undefined) return undefined;
  const best = trained.reduce((low, one) => (one.loss < low.loss ? one : low));
  const isEarly = best.step <= (2 / 3) * last.step;
  if (!isEarly || !isHigher(evaluations, evaluations.indexOf(best), evaluations.length - 1)) return undefined;
  const result = resultStep === last.step ? 'the last step' : `step ${resultStep}`;
  const [what, sign] = rewards === undefined ? (['loss rose', 1] as const) : (['reward fell', -1] as const);
  const values = `${shown(sign * best.loss)} to ${shown(sign * last.loss)}`;
  const finding = `validation ${what} since step ${best.step} of ${last.step} (${values}); the result is ${result}`;
  return { course: 'rising', finding, change: { epochs: short((epochs * best.step) / last.step) } };
}

function falling(facts: CourseFacts): CourseAdvice | undefined {
  const { evaluations, rateShareAfter, epochs } = facts;
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
  return { course: 'falling', finding, change: { epochs: short(epochs), ...fasterRate(facts, pace) } };
}

/** The tuning's usual rate if the run's was lower; three times that if the curve never flattened at that rate either. */
function fasterRate({ learningRate, usualRate }: CourseFacts, pace: number): { learning_rate?: number } {
  if (learningRate < LOW_RATE * usualRate) return { learning_rate: usualRate };
  return pace >= NEVER_BENT ? { learning_rate: short(3 * learningRate) } : {};
}

/** Whether the loss rose between two evaluations by more than chance and by enough to matter. */
function isHigher(evaluations: readonly CourseEvaluation[], from: number, to: number): boolean {
  const rise = evaluations[to].loss - evaluations[from].loss;
  return rise > SLIGHT * Math.abs(evaluations[from].loss) && rise > SURE * errorBetween(evaluations, from, to);
}

/** Standard error of the change over several evaluations; unknown ones count as the mean of the others. */
function errorBetween(evaluations: readonly CourseEvaluation[], from: number, to: number): number {
  const changes = evaluations.slice(from + 1, to + 1).map(({ change }) => change?.error);
  const known = changes.filter((error) => error !== undefined);
  const square = known.reduce((sum, error) => sum + error ** 2, 0);
  return known.length === 0 ? 0 : Math.sqrt((square / known.length) * changes.length);
}

/** Advice as text: how to continue `run`, or what to change in a new one. */
export function adviceText({ course, finding, change }: CourseAdvice, run: string): string {
  const { epochs, learning_rate: rate } = change;
  if (course === 'unstable') return `${finding}: train again with a lower rate, --learning-rate ${rate}`;
  if (course === 'rising') return `${finding}; use fewer epochs (about ${epochs}), a lower rate, or more rows`;
  if (course === 'settled') return finding;
  if (course === 'flat') return `${finding}: ${flatAdvice({ epochs, rate })}`;
  const command = `attune runs continue ${run} --epochs ${epochs}`;
  return `${finding}: ${command}${rate === undefined ? '' : `; or train again with a higher rate, --learning-rate ${rate}`}`;
}

function flatAdvice({ epochs, rate }: { epochs?: number; rate?: number }): string {
  const longer = epochs === undefined ? [] : [`train for longer, --epochs ${epochs}`];
  const faster = rate === undefined ? [] : [`at the usual rate, --learning-rate ${rate}`];
  return [
    ...longer,
    ...faster,
    'choose prompts whose answers differ in reward, or fine-tune on solved rows first',
  ].join('; or ');
}

/** Two digits, since these are settings, not measurements. */
function short(value: number): number {
  return Number(value.toPrecision(2));
}

function shown(loss: number): string {
  return formatNumber(loss, 3);
}
