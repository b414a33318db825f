/** Compares the ways of answering a user on the user's held-out rows. */
import type { EventSink } from '../../base/events.ts';
import { entryOf } from '../../base/table.ts';
import type { LoadedData } from '../../data/index.ts';
import { compareAnswers } from '../../evaluation/compare/compare.ts';
import { computableOn } from '../../evaluation/compare/suitable-metrics.ts';
import type { Answered } from '../../answering/system.ts';
import { createMetric, type MetricSpec } from '../../scoring/metrics/index.ts';
import type { Comparison, Verdict } from '../../store/results.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { OpenModels } from '../compare/open-models.ts';
import { answerAll } from '../compare/run-comparison.ts';
import type { ModelSpec } from '../compare/systems/system-spec.ts';
import { usualMetrics } from '../compare/usual-metrics.ts';
import { recipeMetrics } from '../evaluate/recipe-metrics.ts';

/** The user's adapter, the shared model shown the user's rows, or the shared model as it is. */
export type PersonalWay = 'adapter' | 'retrieval' | 'shared';

/** Difference between two ways on the held-out rows. */
export interface PersonalDifference {
  /** In the metric's unit; positive if the first is better. */
  estimate: number;
  low?: number;
  high?: number;
  verdict: Verdict;
}

export interface PersonalVerdict {
  /** The way that should answer. */
  use: PersonalWay;
  metric: string;
  /** Absent for a way that could not answer. */
  values: Partial<Record<PersonalWay, number>>;
  /** Absent where a way could not answer. */
  differences: {
    adapterShared: PersonalDifference;
    retrievalShared?: PersonalDifference;
    adapterRetrieval?: PersonalDifference;
  };
}

export interface Judged {
  verdict: PersonalVerdict;
  /** The chosen way compared with the shared model; if that is chosen, the adapter compared with it. */
  comparison: Comparison;
}

export interface Judging {
  /** Its `model` is the shared model. */
  recipe: Recipe;
  /** Whether the shared model was tuned on such rows. */
  isTuned: boolean;
  loaded: LoadedData;
  /** Folder of the adapter. */
  adapter: string;
  emit: EventSink;
  signal: AbortSignal;
}

export async function judgeWays(judging: Judging): Promise<Judged> {
  const { recipe, loaded, signal } = judging;
  const { train, test } = loaded.splits;
  const { seed } = recipe.training;
  const specs = systemsOf(judging);
  const metrics = (await recipeMetrics(recipe)) ?? computableOn(await usualMetrics(specs, train), test);
  const systems = await answersOf(specs, metrics, judging);
  const compare = async (one: PersonalWay, other: PersonalWay): Promise<Comparison | undefined> => {
    const [first, second] = [systems.get(one), systems.get(other)];
    if (first === undefined || second === undefined) return undefined;
    const options = { split: 'held out', metrics, train, seed, signal };
    return (await compareAnswers([first, second], test, options)).comparison;
  };
  const adapterShared = (await compare('adapter', 'shared'))!;
  const retrievalShared = await compare('retrieval', 'shared');
  const adapterRetrieval = await compare('adapter', 'retrieval');
  const differences = {
    adapterShared: differenceOf(adapterShared),
    ...(retrievalShared && { retrievalShared: differenceOf(retrievalShared) }),
    ...(adapterRetrieval && { adapterRetrieval: differenceOf(adapterRetrieval) }),
  };
  const use = bestWay(differences);
  const values = { ...(retrievalShared && valuesOf(retrievalShared)), ...valuesOf(adapterShared) };
  return {
    verdict: { use, metric: adapterShared.metric, values, differences },
    comparison: use === 'retrieval' ? retrievalShared! : adapterShared,
  };
}

function systemsOf({ recipe: { model, prompting: settings }, isTuned, adapter }: Judging): ModelSpec[] {
  const shared = { source: 'model', target: model, kind: isTuned ? 'tuned' : 'base' } as const;
  return [
    { source: 'model', name: 'adapter', title: 'adapter', kind: 'tuned', target: adapter, asking: { how: 'plain' } },
    { ...shared, name: 'shared', title: 'shared model', asking: { how: 'plain' } },
    {
      ...shared,
      name: 'retrieval',
      title: 'shared model with retrieval',
      kind: isTuned ? 'tuned' : 'retrieved',
      isOptional: true,
      asking: { how: 'retrieved', settings },
    },
  ];
}

async function answersOf(
  specs: readonly ModelSpec[],
  metrics: readonly MetricSpec[],
  { recipe, loaded, emit, signal }: Judging,
): Promise<Map<PersonalWay, Answered>> {
  const { train, test } = loaded.splits;
  const { max_new_tokens: room } = recipe.evaluation;
  const reads = await Promise.all(metrics.map(async (spec) => (await createMetric(spec)).definition.reads));
  // Likelihoods need no generated answers, so one token suffices.
  const least = reads.every((input) => input === 'likelihood') ? 1 : undefined;
  using models = new OpenModels(recipe.training.precision);
  const answered = await answerAll(specs, {
    rows: { train, validation: [], test, typical: train, split: 'held out' },
    models,
    metric: metrics[0],
    maxNewTokens: least ?? (room === 'auto' ? undefined : room),
    seed: recipe.training.seed,
    emit,
    signal,
    skipped: [],
  });
  // As kind `other`, a base model that does not end its answers still counts as a rival: it answers if nothing is
  // better.
  return new Map(answered.map((one) => [one.name as PersonalWay, { ...one, kind: 'other' }]));
}

function valuesOf({ systems, metric }: Comparison): PersonalVerdict['values'] {
  const values = systems.map(({ name, values: found }) => [name, entryOf(found, metric)?.value] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function differenceOf({ differences, metric }: Comparison): PersonalDifference {
  const { estimate, low, high, verdict } = differences.find((one) => one.metric === metric)!;
  return { estimate, ...(low !== undefined && { low, high }), verdict };
}

/** The shared model, unless another way is significantly better; if both are, the better one. */
function bestWay({ adapterShared, retrievalShared, adapterRetrieval }: PersonalVerdict['differences']): PersonalWay {
  const isRetrieval = retrievalShared?.verdict === 'better';
  if (adapterShared.verdict !== 'better') return isRetrieval ? 'retrieval' : 'shared';
  return isRetrieval && adapterRetrieval!.estimate < 0 ? 'retrieval' : 'adapter';
}
