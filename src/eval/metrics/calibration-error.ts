import { classProbabilities, labelProbabilities, mostLikely, type LabelProbability } from './class-probabilities.ts';
import type { Prediction } from '../predictor.ts';
import type { Example } from '../../data/example.ts';
import type { MetricDefinition } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

const BINS = 15;

/**
 * Expected calibration error (Guo et al. 2017): how far the probability of the chosen class is from the share that is
 * right (of rows with any number of classes: each class's), in equal bins of that probability, weighted by rows.
 * `details.bins` is the reliability diagram. A row's own value is how far its probability is from right or wrong.
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

/** The chosen class and whether it is right; of rows with any number of classes, each class and whether the row has it. */
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

/** Bins that have rows: their borders, rows, mean probability and share right. */
function reliability(sums: Float64Array) {
  const bins = sums.length / 3;
  return Array.from({ length: bins }, (_, bin) => {
    const [rows, probability, right] = sums.subarray(3 * bin, 3 * bin + 3);
    return { from: bin / bins, to: (bin + 1) / bins, rows, confidence: probability / rows, accuracy: right / rows };
  }).filter(({ rows }) => rows > 0);
}
