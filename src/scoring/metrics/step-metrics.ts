// Metrics for the steps of an answer, each right or wrong: labels and probabilities of at least one half count as
// right.
import type { Example, StepwiseExample } from '../../data/example.ts';
import type { Prediction } from '../predictor.ts';
import { missingInput, rowMetric, RowValues, type MetricDefinition } from './metric.ts';
import { reliability } from './probability-metrics.ts';
import { areaUnderRoc, rankingOf, type Ranking } from './ranked-classes.ts';
import { sumsMetric } from './row-sums.ts';

const BINS = 10;

interface JudgedStep {
  probability: number;
  isRight: boolean;
  saysRight: boolean;
}

function judgedSteps(prediction: Prediction, example: Example): JudgedStep[] {
  const fix = 'use it on rows of steps: {prompt, completions, labels}';
  const { steps } = prediction;
  if (steps === undefined || example.kind !== 'stepwise')
    throw missingInput(prediction, 'whether each step of an answer is right', 'steps', { fix });
  const { labels } = example satisfies StepwiseExample;
  return steps.map((probability, i) => ({
    probability,
    isRight: labels[i] >= 0.5,
    saysRight: probability >= 0.5,
  }));
}

/** Share of steps judged correctly. `details.bins` is the reliability diagram of these judgements. */
export const stepAccuracy: MetricDefinition = {
  name: 'step_accuracy',
  title: 'accuracy of steps',
  better: 'higher',
  best: 1,
  reads: 'steps',
  create: () =>
    sumsMetric({
      width: 2 + 3 * BINS,
      row(prediction, example, sums) {
        const judged = judgedSteps(prediction, example);
        for (const { probability, isRight, saysRight } of judged) {
          const hit = Number(isRight === saysRight);
          const confidence = Math.max(probability, 1 - probability);
          // Bins are open below and closed above.
          const start = 2 + 3 * Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1));
          for (const [place, value] of [
            [0, hit],
            [1, 1],
            [start, 1],
            [start + 1, confidence],
            [start + 2, hit],
          ])
            sums[place] += value;
        }
        return sums[0] / sums[1];
      },
      value: ([hits, steps]) => hits / steps,
      details: (sums) => ({ steps: sums[1], bins: reliability(sums.subarray(2)) }),
    }),
};

/** F1 of detecting wrong steps, the purpose of process reward models. */
export const stepF1: MetricDefinition = {
  name: 'step_f1',
  title: 'F1 of wrong steps',
  better: 'higher',
  best: 1,
  reads: 'steps',
  create: () =>
    sumsMetric({
      width: 3,
      row(prediction, example, sums) {
        for (const { isRight, saysRight } of judgedSteps(prediction, example)) {
          sums[0] += Number(!isRight && !saysRight);
          sums[1] += Number(isRight && !saysRight);
          sums[2] += Number(!isRight && saysRight);
        }
        return f1Of(sums);
      },
      value: f1Of,
      details: ([found, wrongly, missed]) => ({
        precision: found / (found + wrongly),
        recall: found / (found + missed),
      }),
    }),
};

/** F1 from counts of hits, false alarms and misses; 1 if there are none of them. */
function f1Of([hits, alarms, misses]: Float64Array): number {
  return hits + alarms + misses === 0 ? 1 : (2 * hits) / (2 * hits + alarms + misses);
}

/** Area under the ROC curve over all steps: how often a right step has a higher probability than a wrong one. */
export const stepAuc: MetricDefinition = {
  name: 'step_auc',
  title: 'ROC-AUC of steps',
  better: 'higher',
  best: 1,
  reads: 'steps',
  create() {
    const [probabilities, rowOf] = [new RowValues(), new RowValues()];
    const truth: boolean[] = [];
    let rows = 0;
    const area = (ranking: Ranking, weights: Float64Array) =>
      areaUnderRoc(
        ranking,
        Float64Array.from(rowOf.view, (row) => weights[row]),
      );
    return rowMetric(
      (prediction, example) => {
        const judged = judgedSteps(prediction, example);
        for (const { probability, isRight } of judged) {
          probabilities.push(probability);
          rowOf.push(rows);
          truth.push(isRight);
        }
        rows++;
        const sum = judged.reduce(
          (all, { probability, isRight }) => all + (isRight ? probability : 1 - probability),
          0,
        );
        return sum / judged.length;
      },
      () => ({ value: area(rankingOf(probabilities.view, truth), new Float64Array(rows).fill(1)), details: { rows } }),
      () => {
        // Computed once for all resamples.
        const ranking = rankingOf(probabilities.view, truth);
        return (indices) => {
          const weights = new Float64Array(rows);
          for (const row of indices) weights[row]++;
          return area(ranking, weights);
        };
      },
    );
  },
};

/**
 * ProcessBench's F1 (Zheng et al., 2024): harmonic mean of two shares: answers with an error whose first wrong step is
 * found, and sound answers in which no step is rejected; 0 if either is 0.
 */
export const firstErrorF1: MetricDefinition = {
  name: 'first_error_f1',
  title: 'F1 of the first wrong step',
  better: 'higher',
  best: 1,
  reads: 'steps',
  create: () =>
    sumsMetric({
      width: 4,
      row(prediction, example, sums) {
        const judged = judgedSteps(prediction, example);
        const first = judged.findIndex(({ isRight }) => !isRight);
        const hit = Number(judged.findIndex(({ saysRight }) => !saysRight) === first);
        const kind = first < 0 ? 2 : 0;
        sums[kind] = hit;
        sums[kind + 1] = 1;
        return hit;
      },
      value: processBenchF1,
      details: ([found, wrong, sound, right]) => ({
        error_accuracy: wrong === 0 ? null : found / wrong,
        correct_accuracy: right === 0 ? null : sound / right,
      }),
    }),
};

/** Only one share if all rows are of one kind. */
function processBenchF1([found, wrong, sound, right]: Float64Array): number {
  if (wrong === 0) return sound / right;
  if (right === 0) return found / wrong;
  const [a, b] = [found / wrong, sound / right];
  return a + b === 0 ? 0 : (2 * a * b) / (a + b);
}
