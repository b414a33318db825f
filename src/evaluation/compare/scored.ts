import { AttuneError } from '../../base/errors.ts';
import { pushAll } from '../../base/many.ts';
import type { Example } from '../../data/example.ts';
import type { ComparedMetric, ComparedSystem } from '../../store/results.ts';
import { createMetric, type MetricSpec } from '../../scoring/metrics/index.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import { scorePredictions, type Score } from '../../scoring/score.ts';
import { bounds, type ScoreStatistics } from '../../scoring/statistics/index.ts';
import { honestInterval, type Evidence } from './evidence.ts';
import type { Answered } from '../../answering/system.ts';

/** A system with its scores by metric; metrics whose input it lacks are absent. */
export interface Scored extends Answered {
  scores: ReadonlyMap<string, Score>;
}

/** The metrics of a comparison as stored, the deciding one first. */
export async function describeMetrics(specs: readonly MetricSpec[], labelColumn?: string): Promise<ComparedMetric[]> {
  const named = await Promise.all(specs.map((spec) => createMetric(spec, labelColumn)));
  return named.map(({ name, definition: { title, better, best, reads, checksForm, isTable, isProperty } }) => ({
    name,
    title,
    better,
    best,
    reads,
    checksForm,
    isTable,
    isProperty,
  }));
}

/** Scores a system by every metric whose input its predictions have. */
export async function scoreSystem(
  answered: Answered,
  examples: readonly Example[],
  specs: readonly MetricSpec[],
): Promise<Scored> {
  const scores: Score[] = [];
  for (const spec of specs) pushAll(scores, await scoreWhereGiven(answered.predictions, examples, spec));
  return { ...answered, scores: new Map(scores.map((score) => [score.name, score])) };
}

/**
 * Undefined if a prediction lacks the metric's input (a likelihood, a price, a number), or if the metric is undefined,
 * such as a correlation with constant answers.
 */
export async function scoreWhereGiven(
  predictions: readonly Prediction[],
  examples: readonly Example[],
  spec: MetricSpec,
): Promise<Score[]> {
  const [{ reads }] = await describeMetrics([spec]);
  const isAnswer = reads === 'text' || reads === 'calls' || reads === 'label' || reads === 'number' || reads === 'tags';
  if (isAnswer && !predictions.every(hasAnswer)) return [];
  try {
    const scores = await scorePredictions(predictions, examples, [spec]);
    return scores.filter(({ value }) => !Number.isNaN(value));
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'E_METRIC_INPUT') return [];
    throw error;
  }
}

function hasAnswer({ text, label }: Prediction): boolean {
  return text !== undefined || label !== undefined;
}

/** A system's entry in comparison.json. */
export function comparedSystem(
  system: Scored,
  statistics: ScoreStatistics,
  { metrics, evidence }: { metrics: readonly ComparedMetric[]; evidence: Evidence },
): ComparedSystem {
  const { name, title, kind, isCheap, knowsWords, note, usage, scores, predictions } = system;
  const values = [...scores].map(([metric, score]) => {
    const { value, details } = score;
    const best = metrics.find((one) => one.name === metric)?.best;
    const interval = honestInterval(statistics.interval(score), { score, best, evidence });
    return [metric, { value, ...bounds(interval), details }] as const;
  });
  const cutAnswers = predictions.some(({ finish }) => finish !== undefined)
    ? predictions.filter(({ finish }) => finish === 'length').length
    : undefined;
  return { name, title, kind, isCheap, knowsWords, note, usage, cutAnswers, values: Object.fromEntries(values) };
}
