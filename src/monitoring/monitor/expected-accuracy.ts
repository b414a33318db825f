/** Estimates accuracy from confidences, before and after people judge answers. */
import { randomUnits, type RandomKey } from '../../base/random.ts';
import { wilsonInterval, type SequenceInterval } from '../../scoring/statistics/index.ts';

export interface Judged {
  confidence: number;
  isRight: boolean;
}

export interface ExpectedAccuracy extends SequenceInterval {
  answers: number;
  /** Number of judged answers used for calibration; 0 if confidences are used uncalibrated. */
  calibratedOn: number;
}

export interface SeenAccuracy extends SequenceInterval {
  judged: number;
  /** Share of the answers that were judged. */
  share: number;
  /** Expected calibration error over ten bins of confidence. */
  calibrationError: number;
}

const LEAST_JUDGED = 30;

/**
 * Estimates accuracy from confidences (CBPE): their mean, after isotonic calibration if enough answers were judged.
 * It detects that requests became harder, but not that the right answers changed.
 */
export function expectedAccuracy(confidences: readonly number[], judged: readonly Judged[]): ExpectedAccuracy {
  const isCalibrated = judged.length >= LEAST_JUDGED;
  const meanOf = (values: readonly number[], calibrate: (confidence: number) => number): number =>
    values.reduce((sum, one) => sum + Math.max(0, Math.min(1, calibrate(one))), 0) / Math.max(1, values.length);
  const asIs = (confidence: number): number => confidence;
  const estimate = meanOf(confidences, isCalibrated ? isotonic(judged) : asIs);
  // Resamples both the answers and the judged ones.
  const others = Array.from({ length: RESAMPLES }, (_, number) => {
    const drawn = drawnAgain(confidences, [number, 'confidences'], MOST_DRAWN);
    return meanOf(drawn, isCalibrated ? isotonic(drawnAgain(judged, [number, 'judged'])) : asIs);
  }).toSorted((one, other) => one - other);
  // Only a subset of many answers is drawn, which widens the spread by this factor.
  const scale = Math.sqrt(Math.min(1, MOST_DRAWN / Math.max(1, confidences.length)));
  const end = (share: number): number => {
    const other = others[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))];
    return Math.max(0, Math.min(1, isCalibrated ? other : estimate + scale * (other - estimate)));
  };
  const [low, high] = [Math.min(estimate, end(0.025)), Math.max(estimate, end(0.975))];
  return { estimate, low, high, answers: confidences.length, calibratedOn: isCalibrated ? judged.length : 0 };
}

const RESAMPLES = 200;
const MOST_DRAWN = 1000;

function drawnAgain<Value>(values: readonly Value[], key: RandomKey, most = Infinity): Value[] {
  const unit = randomUnits(key);
  return Array.from({ length: Math.min(most, values.length) }, (_, i) => values[Math.floor(unit(i) * values.length)]);
}

/**
 * Accuracy on judged answers. Each tenth of confidence is weighted by its share of all answers, since people tend to
 * judge answers that surprise them.
 */
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
  // Weighting reduces the effective sample size (Kish).
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

/** Isotonic regression by pooling adjacent violators. */
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
