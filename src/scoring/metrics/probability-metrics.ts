import type { Example } from '../../data/example.ts';
import { answerText, rowLabels } from '../prompt-text.ts';
import type { Prediction } from '../predictor.ts';
import { refuseSets } from './compared.ts';
import { type MetricDefinition, missingInput, rowMetric } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

/** One row's probability by class, and its true class. */
interface ClassProbabilities {
  scores: Readonly<Record<string, number>>;
  truth: string;
  /** Probability of the true class; 0 if the predictor does not know it. */
  ofTruth: number;
}

function scoresOf(prediction: Prediction): Readonly<Record<string, number>> {
  if (prediction.scores !== undefined) return prediction.scores;
  throw missingInput(prediction, 'the probability of each class', 'scores', {
    fix: 'use it with a predictor that gives class probabilities',
  });
}

/** @throws AttuneError E_METRIC_INPUT if the prediction has no scores; E_METRIC_ROWS for multi-label rows */
export function classProbabilities(prediction: Prediction, example: Example): ClassProbabilities {
  refuseSets(example);
  const scores = scoresOf(prediction);
  const truth = answerText(example).trim();
  return { scores, truth, ofTruth: probabilityOf(scores, truth) };
}

/** The probability of a class; 0 if the predictor does not know it. */
export function probabilityOf(scores: Readonly<Record<string, number>>, label: string): number {
  // Ignores inherited properties: a class may be called "constructor".
  return Object.hasOwn(scores, label) ? scores[label] : 0;
}

/** The class with the highest probability, the first on ties, and that probability. */
function mostLikely(scores: Readonly<Record<string, number>>): { label: string; probability: number } {
  let best = { label: '', probability: -Infinity };
  for (const [label, probability] of Object.entries(scores))
    if (probability > best.probability) best = { label, probability };
  return best;
}

/** The probability of one class, and whether the row has it. */
export interface LabelProbability {
  label: string;
  probability: number;
  isTrue: boolean;
}

/** Every class of a multi-label row; a class that the predictor does not know has probability 0. */
export function labelProbabilities(prediction: Prediction, example: Example): LabelProbability[] {
  const scores = scoresOf(prediction);
  const truth = rowLabels(example);
  const labels = new Set([...Object.keys(scores), ...truth]);
  return [...labels].map((label) => ({
    label,
    probability: probabilityOf(scores, label),
    isTrue: truth.includes(label),
  }));
}

/**
 * Mean of -ln p(true class), in nats; p is clipped at the machine epsilon of a double, as in scikit-learn. For
 * multi-label rows, the mean over the classes of -ln p(whether the row has it).
 */
export const logLoss: MetricDefinition = {
  name: 'log_loss',
  title: 'log-loss',
  better: 'lower',
  reads: 'scores',
  create: () =>
    rowMetric((prediction, example) => {
      if (example.kind !== 'multilabel') return surprise(classProbabilities(prediction, example).ofTruth);
      const labels = labelProbabilities(prediction, example);
      const sum = labels.reduce((total, { probability: p, isTrue }) => total + surprise(isTrue ? p : 1 - p), 0);
      return sum / Math.max(1, labels.length);
    }),
};

function surprise(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, Number.EPSILON), 1));
}

/**
 * Brier score: squared distance of the probabilities from the one-hot truth, summed over classes; halved for two
 * classes (as scikit-learn's scale_by_half="auto"). For multi-label rows, the mean over the classes.
 */
export const brier: MetricDefinition = {
  name: 'brier',
  title: 'Brier score',
  better: 'lower',
  best: 0,
  reads: 'scores',
  create: () =>
    rowMetric((prediction, example) => {
      if (example.kind === 'multilabel') {
        const all = labelProbabilities(prediction, example);
        const distance = all.reduce((total, one) => total + (one.probability - (one.isTrue ? 1 : 0)) ** 2, 0);
        return distance / Math.max(1, all.length);
      }
      const { scores, truth } = classProbabilities(prediction, example);
      const labels = new Set([...Object.keys(scores), truth]);
      let sum = 0;
      for (const label of labels) sum += (probabilityOf(scores, label) - (label === truth ? 1 : 0)) ** 2;
      return labels.size <= 2 ? sum / 2 : sum;
    }),
};

const BINS = 15;

/**
 * Expected calibration error (Guo et al. 2017): difference between the probability of the predicted class (of each
 * class for multi-label rows) and the share of right predictions, in equal bins weighted by rows. `details.bins` is the
 * reliability diagram. A row's own value is the distance of its probability from being right (1) or wrong (0).
 */
export const calibrationError: MetricDefinition = {
  name: 'ece',
  title: 'calibration error',
  better: 'lower',
  best: 0,
  reads: 'scores',
  options: ['bins'],
  create({ bins = BINS } = {}) {
    return sumsMetric({
      width: 3 * bins,
      row(prediction, example, sums) {
        const said = statements(prediction, example);
        let distance = 0;
        for (const { probability, isTrue } of said) {
          const right = isTrue ? 1 : 0;
          // Bins are open below and closed above; 0 falls into the first.
          const start = 3 * Math.min(bins - 1, Math.max(0, Math.ceil(probability * bins) - 1));
          sums[start]++;
          sums[start + 1] += probability;
          sums[start + 2] += right;
          distance += Math.abs(probability - right);
        }
        return distance / Math.max(1, said.length);
      },
      value: calibration,
      details: (sums) => ({ bins: reliability(sums) }),
    });
  },
};

/** The predicted class and whether it is right; for multi-label rows each class and whether the row has it. */
function statements(prediction: Prediction, example: Example): Pick<LabelProbability, 'probability' | 'isTrue'>[] {
  if (example.kind === 'multilabel') return labelProbabilities(prediction, example);
  const { scores, truth } = classProbabilities(prediction, example);
  const { label, probability } = mostLikely(scores);
  return [{ probability, isTrue: label === truth }];
}

function calibration(sums: Float64Array): number {
  let [error, rows] = [0, 0];
  for (let i = 0; i < sums.length; i += 3) {
    rows += sums[i];
    error += Math.abs(sums[i + 1] - sums[i + 2]);
  }
  return error / rows;
}

/** Non-empty bins: borders, rows, mean probability and share right. */
export function reliability(sums: Float64Array) {
  const bins = sums.length / 3;
  return Array.from({ length: bins }, (_, bin) => {
    const [rows, probability, right] = sums.subarray(3 * bin, 3 * bin + 3);
    return { from: bin / bins, to: (bin + 1) / bins, rows, confidence: probability / rows, accuracy: right / rows };
  }).filter(({ rows }) => rows > 0);
}

const K = 5;

/** Share of rows whose true class is among the k most likely (default 5); ties count against it. */
export const topK: MetricDefinition = {
  name: 'top_k_accuracy',
  title: 'top-k accuracy',
  better: 'higher',
  best: 1,
  reads: 'scores',
  options: ['k'],
  create: ({ k = K } = {}) =>
    rowMetric((prediction, example) => {
      const { scores, truth, ofTruth } = classProbabilities(prediction, example);
      if (!Object.hasOwn(scores, truth)) return 0;
      const ahead = Object.entries(scores).filter(([label, score]) => label !== truth && score >= ofTruth).length;
      return ahead < k ? 1 : 0;
    }),
};
