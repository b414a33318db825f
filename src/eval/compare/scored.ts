import type { Example } from '../../data/example.ts';
import type { ComparedMetric, ComparedSystem } from '../../store/results.ts';
import { createMetric, type MetricSpec } from '../metrics/index.ts';
import type { MetricInput } from '../metrics/metric.ts';
import type { Prediction } from '../predictor.ts';
import { scorePredictions, type Score } from '../score.ts';
import type { ScoreStatistics } from '../statistics/index.ts';
import type { Answered } from './system.ts';

/** A system with its scores by metric; a metric that it gives no input for is absent. */
export interface Scored extends Answered {
  scores: ReadonlyMap<string, Score>;
}

/** The metrics of a comparison as it describes them, the deciding one first. */
export async function describeMetrics(specs: readonly MetricSpec[]): Promise<ComparedMetric[]> {
  const named = await Promise.all(specs.map((spec) => createMetric(spec)));
  return named.map(({ name, definition: { title, better, best, reads, checksForm } }) => ({
    name,
    title,
    better,
    best,
    reads,
    checksForm,
  }));
}

/** Scores a system by every metric that its predictions have the input for. */
export async function scoreSystem(
  answered: Answered,
  examples: readonly Example[],
  specs: readonly MetricSpec[],
): Promise<Scored> {
  const described = await describeMetrics(specs);
  const fitting = specs.filter((_, i) => answered.predictions.every(hasInput[described[i].reads as MetricInput]));
  const scores = await scorePredictions(answered.predictions, examples, fitting);
  return { ...answered, scores: new Map(scores.map((score) => [score.name, score])) };
}

const hasInput: Record<MetricInput, (prediction: Prediction) => boolean> = {
  text: hasAnswer,
  label: hasAnswer,
  number: hasAnswer,
  scores: ({ scores }) => scores !== undefined,
  likelihood: ({ likelihood }) => likelihood !== undefined,
  usage: ({ usage }) => usage !== undefined,
};

function hasAnswer({ text, label }: Prediction): boolean {
  return text !== undefined || label !== undefined;
}

/** What comparison.json says of a system. */
export function comparedSystem(system: Scored, statistics: ScoreStatistics): ComparedSystem {
  const { name, title, kind, note, usage, scores } = system;
  const values = [...scores].map(([metric, score]) => {
    const { low, high } = statistics.interval(score);
    return [metric, { value: score.value, low, high, details: score.details }] as const;
  });
  return { name, title, kind, note, usage, values: Object.fromEntries(values) };
}
