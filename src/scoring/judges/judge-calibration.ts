/** Agreement of a judge with people, and the combined estimate of both. */
import { Resampling, ScoreStatistics, spreadInterval, wilsonInterval, type Interval } from '../statistics/index.ts';
import { cohenKappa } from './agreement.ts';
import type { JudgedPair } from './judge-pairs.ts';
import type { AnswerPair, Choice } from './answer-pairs.ts';
import { predictionPowered, type PredictionPowered } from './prediction-powered.ts';
import { scoreOf } from './win-rate.ts';

/** With fewer labels a judge's results are not conclusive. */
export const ENOUGH_LABELS = 50;

export interface Calibration {
  /** Pairs with a human label and a readable verdict. */
  labels: number;
  isEnough: boolean;
  /** Share of them with the same choice, ties included. */
  agreement: Interval;
  /** Agreement on the pairs where neither chose a tie. */
  agreementWithoutTies?: Interval & { labels: number };
  /** Cohen's κ; NaN and unbounded if chance explains all agreement. */
  kappa: Interval;
  positionConsistency: Interval;
  /**
   * How much higher the judge scores the pairs' first system than people do, from -1 to 1: a positive value favours
   * that system, a negative one the other.
   */
  leaning: Interval & { system: string };
  /** Win rate of the first system of all pairs, estimated from the judge on all pairs and people on some. */
  combined: PredictionPowered;
}

/** Undefined if no pair has both a human label and a verdict. */
export function calibrate(
  pairs: readonly AnswerPair[],
  judged: readonly JudgedPair[],
  human: ReadonlyMap<string, Choice>,
): Calibration | undefined {
  const system = pairs[0]?.systems[0];
  const rows = judged.flatMap(({ id, choice, orders: [first, second] }, i) => {
    const isFirst = pairs[i].systems[0] === system;
    return choice === undefined ? [] : [{ judge: choice, human: human.get(id), isSame: first === second, isFirst }];
  });
  const labelled = rows.flatMap(({ human: own, ...row }) => (own === undefined ? [] : [{ ...row, human: own }]));
  if (labelled.length === 0) return undefined;
  const decided = labelled.filter(({ judge, human: own }) => judge !== 'tie' && own !== 'tie');
  const agreeing = (some: typeof labelled) => some.filter(({ judge, human: own }) => judge === own).length;
  return {
    labels: labelled.length,
    isEnough: labelled.length >= ENOUGH_LABELS,
    agreement: share(agreeing(labelled), labelled.length),
    ...(decided.length > 0 && {
      agreementWithoutTies: { ...share(agreeing(decided), decided.length), labels: decided.length },
    }),
    kappa: kappaInterval(labelled),
    positionConsistency: share(labelled.filter(({ isSame }) => isSame).length, labelled.length),
    leaning: { system, ...leaningOf(labelled) },
    combined: predictionPowered({
      judged: rows.filter((row) => row.human === undefined).map(({ judge, isFirst }) => scoreOf(judge, isFirst)),
      labelled: labelled.map(({ judge, human: own, isFirst }) => [scoreOf(judge, isFirst), scoreOf(own, isFirst)]),
    }),
  };
}

/** If judge and people agree throughout, the interval is that of the same number of rows without a difference. */
function leaningOf(labelled: readonly { judge: Choice; human: Choice; isFirst: boolean }[]): Interval {
  const rows = Float64Array.from(
    labelled,
    ({ judge, human, isFirst }) => scoreOf(judge, isFirst) - scoreOf(human, isFirst),
  );
  const [first] = rows;
  if (!rows.every((one) => one === first)) {
    return new ScoreStatistics(rows.length).interval({ better: 'higher', rows });
  }
  const { high: away } = wilsonInterval(0, rows.length);
  return { estimate: first, low: Math.max(-1, first - away), high: Math.min(1, first + away), confidence: 0.95 };
}

function share(part: number, rows: number): Interval {
  return { estimate: part / rows, ...wilsonInterval(part, rows), confidence: 0.95 };
}

function kappaInterval(labelled: readonly { judge: Choice; human: Choice }[]): Interval {
  const statistic = (rows: Uint32Array) => {
    const drawn = Array.from(rows, (row) => labelled[row]);
    return cohenKappa(
      drawn.map(({ judge }) => judge),
      drawn.map(({ human }) => human),
    );
  };
  return spreadInterval(new Resampling(labelled.length, { resamples: 1000 }).spread(statistic));
}
