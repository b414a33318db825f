import { AttuneError } from '../../base/errors.ts';
import { formatNumber } from '../../base/format.ts';
import { smallest } from '../../base/many.ts';
import type { Forgetting, GeneralMeasure, GeneralMetric } from '../assessments/forgetting.ts';
import type { Likelihood } from '../../scoring/predictor.ts';
import { ScoreStatistics, type MeasuredRows } from '../../scoring/statistics/index.ts';
import type { GeneralSet } from './general-set.ts';

/** Likelihoods of the general set under a model. */
export interface GeneralAnswers {
  passages: readonly Likelihood[];
  /** By question and choice. */
  questions: readonly (readonly Likelihood[])[];
}

export interface ForgettingOptions {
  /** Default 0.95. */
  confidence?: number;
  seed?: number;
}

/** Loss between two measurements of the same set, with its interval. */
export function measureForgetting(
  set: GeneralSet,
  { before, after }: { before: GeneralAnswers; after: GeneralAnswers },
  { confidence = 0.95, seed = 0 }: ForgettingOptions = {},
): Forgetting {
  const clusters = set.passages.map(({ group = '' }) => group);
  const texts = new ScoreStatistics(set.passages.length, { clusters, confidence, seed });
  const words = new ScoreStatistics(set.questions.length, { confidence, seed });
  const measures = [
    measureOf(
      { metric: 'bits_per_byte', title: 'bits per byte of general English' },
      [before, after].map(({ passages }) => bitsPerByte(passages)),
      texts,
    ),
    measureOf(
      { metric: 'accuracy', title: 'words predicted from their definition' },
      [before, after].map(({ questions }) => accuracy(questions, set)),
      words,
    ),
  ];
  return { version: 1, confidence, measures };
}

function measureOf(
  named: { metric: GeneralMetric; title: string },
  [before, after]: readonly MeasuredRows[],
  statistics: ScoreStatistics,
): GeneralMeasure {
  const { low, high, estimate, p, confidence } = statistics.difference(before, after);
  const isSure = p <= 1 - confidence;
  return {
    ...named,
    better: before.better,
    rows: before.rows.length,
    before: valueOf(before),
    after: valueOf(after),
    loss: estimate,
    low,
    high,
    p,
    verdict: isSure && low > 0 ? 'worse' : isSure && high < 0 ? 'better' : 'no-evidence',
  };
}

function valueOf({ rows, statistic }: MeasuredRows): number {
  if (statistic !== undefined) return statistic(Uint32Array.from(rows.keys()));
  return rows.reduce((sum, value) => sum + value, 0) / rows.length;
}

function bitsPerByte(passages: readonly Likelihood[]): MeasuredRows {
  const bits = passages.map(({ negativeLogLikelihood }) => negativeLogLikelihood / Math.LN2);
  return {
    better: 'lower',
    rows: Float64Array.from(passages, ({ bytes }, row) => bits[row] / bytes),
    statistic(indices) {
      let [sum, bytes] = [0, 0];
      for (let i = 0; i < indices.length; i++) {
        sum += bits[indices[i]];
        bytes += passages[indices[i]].bytes;
      }
      return sum / bytes;
    },
  };
}

/** Choices are compared by likelihood per byte, so that long words are not at a disadvantage. */
function accuracy(questions: readonly (readonly Likelihood[])[], set: GeneralSet): MeasuredRows {
  const rows = Float64Array.from(questions, (choices, question) => {
    const costs = choices.map(({ negativeLogLikelihood, bytes }) => negativeLogLikelihood / bytes);
    return costs.indexOf(smallest(costs)) === set.questions[question].right ? 1 : 0;
  });
  return { better: 'higher', rows };
}

/** Maximum loss by metric. */
export type ForgettingLimits = Partial<Record<GeneralMetric, number>>;

/** @throws AttuneError E_FORGETTING, with exit code 3, if a run lost more than allowed, or the loss is unknown */
export function checkForgetting(forgetting: Forgetting | undefined, limits: ForgettingLimits | null): void {
  if (limits === null) return;
  if (forgetting === undefined) throw notMeasured();
  const { measures } = forgetting;
  const beyond = measures.filter(({ metric, loss }) => loss > (limits[metric] ?? Infinity));
  if (beyond.length === 0) return;
  throw new AttuneError('E_FORGETTING', {
    what: 'The result forgot more than evaluation.max_forgetting allows',
    problems: beyond.map(({ metric, title, before, after, loss }) => ({
      field: metric,
      message: `${title}: ${formatNumber(before)} before, ${formatNumber(after)} after; ${formatNumber(loss, 3)} worse, allowed ${limits[metric]}`,
    })),
    fix: 'train for less time or with a lower learning rate, mix general rows into the data, or choose a tuning that changes less',
    exitCode: 3,
  });
}

function notMeasured(): AttuneError {
  return new AttuneError('E_FORGETTING', {
    what: 'evaluation.max_forgetting is set, but forgetting could not be measured',
    fix: "see the run's warnings for the reason",
    exitCode: 3,
  });
}
