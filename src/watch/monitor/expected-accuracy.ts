/** How often answers are right, before and after somebody says so. */
import { MeanSequence, wilsonInterval, type SequenceInterval } from '../../eval/statistics/index.ts';

export interface Judged {
  confidence: number;
  isRight: boolean;
}

export interface ExpectedAccuracy extends SequenceInterval {
  answers: number;
  /** Judged answers that confidences were calibrated on; 0 where they are taken as they are. */
  calibratedOn: number;
}

export interface SeenAccuracy extends SequenceInterval {
  judged: number;
  /** Of the answers, how many were judged. */
  share: number;
  /** Mean distance between confidence and how many are right, over tenths of confidence. */
  calibrationError: number;
}

const LEAST_JUDGED = 30;

/**
 * What confidences promise (CBPE): their mean, after isotonic calibration on judged answers where there are enough. It
 * sees that requests have become harder, not that what is right has changed.
 */
export function expectedAccuracy(confidences: readonly number[], judged: readonly Judged[]): ExpectedAccuracy {
  const isCalibrated = judged.length >= LEAST_JUDGED;
  const calibrate = isCalibrated ? isotonic(judged) : (confidence: number) => confidence;
  const sequence = new MeanSequence();
  for (const confidence of confidences) sequence.observe(Math.max(0, Math.min(1, calibrate(confidence))));
  return { ...sequence.interval, answers: confidences.length, calibratedOn: isCalibrated ? judged.length : 0 };
}

/** Of judged answers, each tenth of confidence weighted as it is among all answers: people judge what surprises them. */
export function seenAccuracy(confidences: readonly number[], judged: readonly Judged[]): SeenAccuracy | undefined {
  if (judged.length === 0) return undefined;
  const tenth = (confidence: number): number => Math.min(9, Math.floor(confidence * 10));
  const [all, own] = [counts(confidences.map(tenth)), counts(judged.map(({ confidence }) => tenth(confidence)))];
  const right = counts(judged.filter(({ isRight }) => isRight).map(({ confidence }) => tenth(confidence)));
  const reached = all.reduce((sum, count, bin) => sum + (own[bin] > 0 ? count : 0), 0);
  const estimate =
    reached === 0
      ? judged.filter(({ isRight }) => isRight).length / judged.length
      : all.reduce((sum, count, bin) => sum + (own[bin] > 0 ? (count / reached) * (right[bin] / own[bin]) : 0), 0);
  // Weights cost rows: Kish's number of rows that would say as much.
  const weights = judged.map(({ confidence }) => all[tenth(confidence)] / own[tenth(confidence)]);
  const [sum, squares] = [weights.reduce((a, b) => a + b, 0), weights.reduce((a, b) => a + b * b, 0)];
  const effective = squares === 0 ? judged.length : Math.max(1, Math.round(sum ** 2 / squares));
  const ends = wilsonInterval(Math.round(estimate * effective), effective);
  return {
    estimate,
    ...ends,
    judged: judged.length,
    share: judged.length / Math.max(1, confidences.length),
    calibrationError: calibrationError(judged, tenth),
  };
}

function calibrationError(judged: readonly Judged[], tenth: (confidence: number) => number): number {
  const bins = Map.groupBy(judged, ({ confidence }) => tenth(confidence));
  let error = 0;
  for (const rows of bins.values()) {
    const confidence = rows.reduce((sum, one) => sum + one.confidence, 0) / rows.length;
    const right = rows.filter(({ isRight }) => isRight).length / rows.length;
    error += (rows.length / judged.length) * Math.abs(confidence - right);
  }
  return error;
}

function counts(bins: readonly number[]): number[] {
  const found = Array.from({ length: 10 }, () => 0);
  for (const bin of bins) found[bin]++;
  return found;
}

/** The rising step function nearest to what was judged: pool adjacent violators. */
function isotonic(judged: readonly Judged[]): (confidence: number) => number {
  const sorted = judged.toSorted((a, b) => a.confidence - b.confidence);
  const blocks: { to: number; right: number; rows: number }[] = [];
  for (const { confidence, isRight } of sorted) {
    blocks.push({ to: confidence, right: Number(isRight), rows: 1 });
    for (;;) {
      const [before, last] = blocks.slice(-2);
      if (blocks.length < 2 || before.right / before.rows < last.right / last.rows) break;
      blocks.splice(-2, 2, { to: last.to, right: before.right + last.right, rows: before.rows + last.rows });
    }
  }
  return (confidence) => {
    const { right, rows } = blocks.find(({ to }) => confidence <= to) ?? blocks.at(-1)!;
    return right / rows;
  };
}
