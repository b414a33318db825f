import type { Example } from '../../data/index.ts';
import { keepReadable } from '../../evaluation/compare/readable.ts';
import { describeMetrics } from '../../evaluation/compare/scored.ts';
import { suitableMetrics } from '../../evaluation/compare/suitable-metrics.ts';
import type { Answered } from '../../answering/system.ts';
import { compareFlips } from '../../evaluation/fairness/compare-flips.ts';
import { measurePairs } from '../../evaluation/fairness/measure-pairs.ts';
import type { AnsweredPair, ReadPair } from '../../evaluation/fairness/group-pairs.ts';
import type { MetricSpec } from '../../scoring/metrics/index.ts';
import type { CounterfactualResults, CounterfactualSystem } from '../../evaluation/assessments/counterfactuals.ts';
import type { ComparedRows, Comparing } from './comparing.ts';
import { OpenModels } from './open-models.ts';
import { answerAll, type ComparisonOptions } from './run-comparison.ts';
import type { SystemSpec } from './systems/system-spec.ts';
import type { MeasureOptions } from '../../evaluation/fairness/group-effects.ts';

export interface CounterfactualRows extends Omit<ComparedRows, 'test'> {
  pairs: readonly ReadPair[];
}

const CONFIDENCE = 0.95;
const MOST_METRICS = 3;

/** Answers both rows of each pair with all systems and measures how answers change with the group. */
export async function runCounterfactuals(
  specs: readonly SystemSpec[],
  { pairs, ...rows }: CounterfactualRows,
  options: ComparisonOptions,
): Promise<CounterfactualResults> {
  const { maxNewTokens, emit, signal, seed } = options;
  const metrics = await goodMetrics(options.metrics ?? suitableMetrics(rows.typical));
  // A row may occur in two pairs (gender and origin); it is answered once.
  const test = [...new Map(pairs.flatMap(({ original, changed }) => [original, changed]).map(byId)).values()];
  using models = new OpenModels(options.precision);
  const comparing: Comparing = {
    rows: { ...rows, test },
    models,
    metric: metrics[0],
    seed,
    maxNewTokens,
    emit,
    signal,
    skipped: [],
  };
  const kept = keepReadable(await answerAll(specs, comparing), test);
  const answered = kept.systems.map((system) => answeredPairs(system, pairs));
  const left = pairs.length - answered[0].length;
  const systems = await measureSystems(kept.systems, answered, { metrics, confidence: CONFIDENCE, seed });
  return {
    version: 1,
    file: rows.split,
    pairs: answered[0].length,
    ...(rows.available !== pairs.length && { available: rows.available }),
    ...(left > 0 && { leftOut: { pairs: left, reason: kept.leftOut?.reason ?? '' } }),
    confidence: CONFIDENCE,
    seed,
    metrics: await describeMetrics(metrics),
    systems,
    skipped: [...comparing.skipped, ...kept.skipped],
  };
}

async function measureSystems(
  systems: readonly Answered[],
  answered: readonly (readonly AnsweredPair[])[],
  options: MeasureOptions,
): Promise<CounterfactualSystem[]> {
  const measured: CounterfactualSystem[] = [];
  for (const [index, { name, title }] of systems.entries()) {
    const axes = await measurePairs(answered[index], options);
    const isFirst = index === 0;
    measured.push({ name, title, axes: isFirst ? axes : compareFlips(axes, [answered[0], answered[index]], options) });
  }
  return measured;
}

const byId = (example: Example): [string, Example] => [example.id, example];

/** Metrics that rank answers by quality, the deciding one first. */
async function goodMetrics(specs: readonly MetricSpec[]): Promise<MetricSpec[]> {
  const described = await describeMetrics(specs);
  const isGood = (index: number): boolean => described[index].isTable !== true && described[index].isProperty !== true;
  return specs.filter((_, index) => isGood(index)).slice(0, MOST_METRICS);
}

function answeredPairs({ predictions }: Answered, pairs: readonly ReadPair[]): AnsweredPair[] {
  const byExample = new Map(predictions.map((prediction) => [prediction.id, prediction]));
  return pairs.flatMap((pair) => {
    const [first, second] = [byExample.get(pair.original.id), byExample.get(pair.changed.id)];
    return first === undefined || second === undefined ? [] : [{ ...pair, answers: [first, second] as const }];
  });
}
