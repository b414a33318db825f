import type { Example } from '../data/example.ts';
import { createMetric, type MetricSpec } from './metrics/index.ts';
import type { MetricDefinition, MetricResult } from './metrics/metric.ts';
import type { Statistic } from './statistics/index.ts';
import type { PredictOptions, Prediction, Predictor } from './predictor.ts';

/** A predictor's result on one metric: its value, and each row's value for paired statistics. */
export interface Score extends MetricResult {
  name: string;
  title: string;
  better: MetricDefinition['better'];
  rows: Float64Array;
  /** The value for any selection of rows, if it is not their mean. */
  statistic?: Statistic;
}

/** Scores predictions in the order of the examples. */
export async function scorePredictions(
  predictions: readonly Prediction[],
  examples: readonly Example[],
  specs: readonly MetricSpec[],
): Promise<Score[]> {
  const named = await Promise.all(specs.map((spec) => createMetric(spec)));
  for (const [index, example] of examples.entries()) {
    const prediction = predictions[index];
    if (prediction?.id !== example.id) throw new Error(`prediction ${index} does not belong to row ${example.id}`);
    for (const { metric } of named) metric.add(prediction, example);
  }
  return named.map(({ name, definition, metric }) => ({
    name,
    title: definition.title,
    better: definition.better,
    rows: metric.rows,
    statistic: metric.statistic?.(),
    ...metric.result(),
  }));
}

/** Predicts and scores; also returns the predictions, for reports that show them. */
export async function scorePredictor(
  predictor: Predictor,
  examples: readonly Example[],
  specs: readonly MetricSpec[],
  options?: PredictOptions,
): Promise<{ predictions: Prediction[]; scores: Score[] }> {
  const predictions = await predictor.predict(examples, options);
  return { predictions, scores: await scorePredictions(predictions, examples, specs) };
}

/** Whether `first` is the better score; an absent score is the worst. */
export function isBetter(first: number | undefined, second: number | undefined, better: 'higher' | 'lower'): boolean {
  if (first === undefined || second === undefined) return second === undefined && first !== undefined;
  return better === 'higher' ? first > second : first < second;
}
