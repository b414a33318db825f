// K classes, R rows.
import {
  type Metric,
  type MetricDefinition,
  type MetricOptions,
  type MetricResult,
  RowValues,
  rowMetric,
} from './metric.ts';
import { type LabelProbability, classProbabilities, labelProbabilities, probabilityOf } from './probability-metrics.ts';

/** The ranking of rows by the probability of one class. */
export interface Ranking {
  /** Rows by descending probability. [R] */
  order: Uint32Array;
  /** Whether the row at each place of `order` is the last one with its probability. [R] */
  isLast: Uint8Array;
  /** Whether the row belongs to the class. [R] */
  isPositive: Uint8Array;
}

/** Quality of a ranking with rows weighted by `weights`; NaN without both positive and negative rows. */
type RankingScore = (ranking: Ranking, weights: Float64Array) => number;

/** Probabilities by class and row. */
class Probabilities {
  readonly #columns = new Map<string, RowValues>();
  readonly #truth: (readonly string[])[] = [];

  add(scores: Readonly<Record<string, number>>, truth: readonly string[]): void {
    const rows = this.#truth.length;
    for (const label of [...Object.keys(scores), ...truth]) {
      if (this.#columns.has(label)) continue;
      const column = new RowValues();
      for (let row = 0; row < rows; row++) column.push(0);
      this.#columns.set(label, column);
    }
    for (const [label, column] of this.#columns) column.push(probabilityOf(scores, label));
    this.#truth.push(truth);
  }

  rankings(): Map<string, Ranking> {
    const isOf = (label: string) => this.#truth.map((truth) => truth.includes(label));
    return new Map([...this.#columns].map(([label, column]) => [label, rankingOf(column.view, isOf(label))] as const));
  }
}

/** Ranks rows by a probability of each, with the truth of the predicted property. */
export function rankingOf(scores: Float64Array, truth: readonly boolean[]): Ranking {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
  const isLast = Uint8Array.from(order, (row, place) => (scores[row] === scores[order[place + 1]] ? 0 : 1));
  return { order, isLast, isPositive: Uint8Array.from(truth, Number) };
}

/**
 * One class against the rest, unweighted mean over the classes, or `options.positive` alone. NaN if no class has both
 * positive and negative rows. A row's own value is the probability of its class; for multi-label rows the mean
 * probability of the true statements.
 */
function rankedMetric(score: RankingScore, { positive }: MetricOptions = {}): Metric {
  const probabilities = new Probabilities();
  let rows = 0;
  const byClass = (rankings: ReadonlyMap<string, Ranking>, weights: Float64Array) =>
    [...rankings].map(([label, ranking]) => [label, score(ranking, weights)] as const);
  const value = (scores: readonly (readonly [string, number])[]) => {
    const counted = scores.filter(
      ([label, one]) => !Number.isNaN(one) && (positive === undefined || label === positive),
    );
    return counted.reduce((sum, [, one]) => sum + one, 0) / counted.length;
  };
  return rowMetric(
    (prediction, example) => {
      rows++;
      if (example.kind === 'multilabel') {
        const labels = labelProbabilities(prediction, example);
        probabilities.add(prediction.scores ?? {}, example.labels);
        return meanRightness(labels);
      }
      const { scores, truth, ofTruth } = classProbabilities(prediction, example);
      probabilities.add(scores, [truth]);
      return ofTruth;
    },
    (): MetricResult => {
      const scores = byClass(probabilities.rankings(), new Float64Array(rows).fill(1));
      return { value: value(scores), details: { rows, classes: Object.fromEntries(scores) } };
    },
    () => {
      const all = probabilities.rankings();
      // Built once for all resamples; only the scored classes are needed.
      const rankings = new Map([...all].filter(([label]) => positive === undefined || label === positive));
      const weights = new Float64Array(rows);
      return (indices) => {
        weights.fill(0);
        for (let i = 0; i < indices.length; i++) weights[indices[i]]++;
        return value(byClass(rankings, weights));
      };
    },
  );
}

function meanRightness(labels: readonly LabelProbability[]): number {
  const sum = labels.reduce((total, { probability, isTrue }) => total + (isTrue ? probability : 1 - probability), 0);
  return sum / Math.max(1, labels.length);
}

/**
 * Area under the ROC curve: how often a row of the class ranks above another row, ties counting half. One class against
 * the rest, averaged over classes (scikit-learn's multi_class="ovr").
 */
export const rocAuc: MetricDefinition = {
  name: 'roc_auc',
  title: 'ROC-AUC',
  better: 'higher',
  best: 1,
  reads: 'scores',
  options: ['positive'],
  create: (options) => rankedMetric(areaUnderRoc, options),
};

/** NaN without both positive and negative rows. */
export function areaUnderRoc({ order, isLast, isPositive }: Ranking, weights: Float64Array): number {
  let [positives, negatives, area] = [0, 0, 0];
  let [tiedPositives, tiedNegatives] = [0, 0];
  for (let place = 0; place < order.length; place++) {
    const row = order[place];
    if (isPositive[row] === 1) tiedPositives += weights[row];
    else tiedNegatives += weights[row];
    if (isLast[place] === 0) continue;
    area += tiedNegatives * (positives + tiedPositives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
    tiedPositives = 0;
    tiedNegatives = 0;
  }
  return area / (positives * negatives);
}

/**
 * Area under the precision–recall curve as average precision: precision at each distinct probability, weighted by the
 * recall it adds, without interpolation. One class against the rest, averaged over classes.
 */
export const averagePrecision: MetricDefinition = {
  name: 'average_precision',
  title: 'average precision',
  better: 'higher',
  best: 1,
  reads: 'scores',
  options: ['positive'],
  create: (options) => rankedMetric(areaUnderPrecision, options),
};

function areaUnderPrecision({ order, isLast, isPositive }: Ranking, weights: Float64Array): number {
  let [positives, seen, tied, area] = [0, 0, 0, 0];
  for (let place = 0; place < order.length; place++) {
    const row = order[place];
    seen += weights[row];
    if (isPositive[row] === 1) tied += weights[row];
    if (isLast[place] === 0 || tied === 0) continue;
    positives += tied;
    area += (tied * positives) / seen;
    tied = 0;
  }
  return positives === seen ? Number.NaN : area / positives;
}

const PRECISION = 0.9;

/**
 * Recall at precision 0.9: the largest recall over all thresholds whose precision is at least 0.9. One class against
 * the rest, averaged over classes.
 */
export const recallAtPrecision: MetricDefinition = {
  name: 'recall_at_precision',
  title: 'recall at precision 0.9',
  better: 'higher',
  best: 1,
  reads: 'scores',
  options: ['positive'],
  create: (options) => rankedMetric(recallWherePrecise, options),
};

function recallWherePrecise({ order, isLast, isPositive }: Ranking, weights: Float64Array): number {
  let [positives, seen, precise] = [0, 0, 0];
  for (let place = 0; place < order.length; place++) {
    const row = order[place];
    seen += weights[row];
    if (isPositive[row] === 1) positives += weights[row];
    if (isLast[place] === 1 && positives >= PRECISION * seen) precise = positives;
  }
  return positives === 0 || positives === seen ? Number.NaN : precise / positives;
}
