import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JobContext } from '../../base/job.ts';
import type { EventSink } from '../../base/events.ts';
import { loadData, type LoadedData } from '../../data/index.ts';
import { compareAnswers } from '../../evaluation/compare/compare.ts';
import { writeAssessment } from '../../evaluation/assessments/assessment-files.ts';
import { computableOn } from '../../evaluation/compare/suitable-metrics.ts';
import { engineIdentity } from '../../engine/tensor/index.ts';
import type { Answered } from '../../answering/system.ts';
import { createMetric, type MetricSpec } from '../../scoring/metrics/index.ts';
import { runPaths } from '../../store/run-paths.ts';
import type { Comparison, Verdict } from '../../store/results.ts';
import { newRunId, RunFolder } from '../../store/run-folder.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { Comparing } from '../compare/comparing.ts';
import { OpenModels } from '../compare/open-models.ts';
import { answerAll } from '../compare/run-comparison.ts';
import type { ModelSpec } from '../compare/systems/system-spec.ts';
import { usualMetrics } from '../compare/usual-metrics.ts';
import { recipeMetrics } from '../evaluate/recipe-metrics.ts';
import { keepPrompting } from '../train/prompted/train-prompted.ts';
import { prepareRun } from '../train/training-run.ts';
import { writeResult } from '../train/result/write-result.ts';

/** What may answer a user: their adapter, the shared model shown their rows, or the shared model as it is. */
export const personalWays = ['adapter', 'retrieval', 'shared'] as const;
export type PersonalWay = (typeof personalWays)[number];

/** A user's rows and the model to adapt to them. The rows travel by message: they are never in a file. */
export interface PersonalRequest {
  /** Its `model` is the shared model. */
  recipe: Recipe;
  /** Folder of the run; it gets figures and the result, and no rows. */
  folder: string;
  train: readonly Record<string, unknown>[];
  /** Rows that decide. */
  test: readonly Record<string, unknown>[];
  /** Whether the shared model was tuned on such rows. */
  isTuned: boolean;
}

/** One way against another on the rows held out. */
export interface PersonalDifference {
  /** In the metric's unit; positive if the first is better. */
  estimate: number;
  low?: number;
  high?: number;
  verdict: Verdict;
}

export interface PersonalFindings {
  /** The way that answers from now on. */
  use: PersonalWay;
  metric: string;
  rows: { train: number; test: number };
  /** Absent for a way that could not answer. */
  values: Partial<Record<PersonalWay, number>>;
  /** Absent where a way could not answer. */
  differences: { adapterShared: PersonalDifference; retrievalShared?: PersonalDifference; adapterRetrieval?: PersonalDifference };
  /** Seconds of training, and of all work. */
  seconds: { training: number; all: number };
}

/** A session that adapts the shared model to one user after the other. */
export async function run(_input: object, { requests, signal }: JobContext): Promise<void> {
  for await (const { body, signal: gone, send, end, fail } of requests) {
    try {
      send(await personalise(body as PersonalRequest, AbortSignal.any([signal, gone])));
      end();
    } catch (error) {
      fail(error);
    }
  }
}

async function personalise(request: PersonalRequest, signal: AbortSignal): Promise<PersonalFindings> {
  const began = performance.now();
  const { recipe } = request;
  rmSync(request.folder, { recursive: true, force: true });
  const run = new RunFolder(request.folder);
  try {
    const emit: EventSink = (event) => void (KEPT.has(event.type) && run.record(event));
    const { folder } = run;
    emit({ type: 'run-started', run: newRunId(), folder, base: process.cwd(), recipe, identity: engineIdentity() });
    const loaded = await rowsOf(request, signal);
    const trained = await adapt({ recipe, folder, loaded, emit, signal });
    const found = await judge(request, { loaded, adapter: trained.result, emit, signal });
    const result = await keepBest(request, found, { loaded, adapter: trained.result, signal });
    const { step } = trained;
    const choice = { step, reason: 'last-step' } as const;
    emit({ type: 'run-finished', step, choice, result, metrics: {}, seconds: trained.seconds });
    return {
      ...found.findings,
      rows: { train: loaded.splits.train.length, test: loaded.splits.test.length },
      seconds: { training: trained.seconds, all: (performance.now() - began) / 1000 },
    };
  } finally {
    run.close();
  }
}

/** Events without texts of rows. */
const KEPT: ReadonlySet<string> = new Set(['run-started', 'run-finished']);

function rowsOf({ train, test, recipe }: PersonalRequest, signal: AbortSignal): Promise<LoadedData> {
  const { format, columns } = recipe.data;
  const source = (rows: PersonalRequest['train']) => ({ path: "the user's rows", rows, format, columns });
  return loadData({
    train: [source(train)],
    test: [source(test)],
    seed: recipe.training.seed,
    // Near-duplicates were kept on one side when the rows were divided.
    allowOverlap: true,
    signal,
  });
}

interface Adapting {
  recipe: Recipe;
  folder: string;
  loaded: LoadedData;
  emit: EventSink;
  signal: AbortSignal;
}

/** Trains the adapter as `attune train` does, with the hidden states of the frozen blocks in memory. */
async function adapt({ loaded, ...given }: Adapting): Promise<{ result: string; step: number; seconds: number }> {
  const began = performance.now();
  const training = await prepareRun({ ...given, given: loaded, now: new Date() });
  try {
    const outcome = await training.trainer.run();
    if (outcome !== 'finished') throw given.signal.reason;
    training.parts.tuning.roundToStored();
    const { step } = training.trainer.state;
    const result = await writeResult(training, { step, metrics: {} });
    rmSync(runPaths(given.folder).checkpoints, { recursive: true, force: true });
    return { result, step, seconds: (performance.now() - began) / 1000 };
  } finally {
    training.dispose();
  }
}

interface Judging {
  loaded: LoadedData;
  adapter: string;
  emit: EventSink;
  signal: AbortSignal;
}

interface Found {
  findings: Omit<PersonalFindings, 'rows' | 'seconds'>;
  /** The chosen way against the shared model; of the adapter, if the shared model is chosen. */
  comparison: Comparison;
}

/** Answers the rows held out in three ways. */
async function judge(request: PersonalRequest, { loaded, adapter, emit, signal }: Judging): Promise<Found> {
  const { recipe } = request;
  const { train, test } = loaded.splits;
  const { seed } = recipe.training;
  const specs = systemsOf(request, adapter);
  const metrics = await metricsOf(recipe, specs, loaded);
  const { max_new_tokens: room } = recipe.evaluation;
  const reads = await Promise.all(metrics.map(async (spec) => (await createMetric(spec)).definition.reads));
  // A likelihood needs no answers.
  const least = reads.every((input) => input === 'likelihood') ? 1 : undefined;
  using models = new OpenModels(recipe.training.precision);
  const comparing: Comparing = {
    rows: { train, validation: [], test, typical: train, split: 'held out' },
    models,
    metric: metrics[0],
    maxNewTokens: least ?? (room === 'auto' ? undefined : room),
    seed,
    emit,
    signal,
    skipped: [],
  };
  const answered = await answerAll(specs, comparing);
  // Each is a rival of the others: one that goes on and on can still be the likeliest to say what the user wants.
  const systems = new Map(answered.map((one) => [one.name as PersonalWay, { ...one, kind: 'other' as const }]));
  const against = async (one: PersonalWay, other: PersonalWay): Promise<Comparison | undefined> => {
    const both = [systems.get(one), systems.get(other)].filter((given) => given !== undefined);
    if (both.length < 2) return undefined;
    const options = { split: 'held out', metrics, train, seed, signal };
    return (await compareAnswers(both as [Answered, Answered], test, options)).comparison;
  };
  const adapterShared = (await against('adapter', 'shared'))!;
  const retrievalShared = await against('retrieval', 'shared');
  const adapterRetrieval = await against('adapter', 'retrieval');
  const use = bestOf(adapterShared, retrievalShared, adapterRetrieval);
  return {
    findings: {
      use,
      metric: adapterShared.metric,
      values: {
        ...valuesOf(adapterShared),
        ...(retrievalShared && valuesOf(retrievalShared)),
      },
      differences: {
        adapterShared: differenceOf(adapterShared)!,
        retrievalShared: retrievalShared && differenceOf(retrievalShared),
        adapterRetrieval: adapterRetrieval && differenceOf(adapterRetrieval),
      },
    },
    comparison: use === 'retrieval' ? retrievalShared! : adapterShared,
  };
}

function systemsOf({ recipe: { model, prompting: settings }, isTuned }: PersonalRequest, adapter: string): ModelSpec[] {
  const kind = isTuned ? 'tuned' : 'base';
  const shared = { source: 'model', target: model, kind } as const;
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

async function metricsOf(
  recipe: Recipe,
  specs: readonly ModelSpec[],
  { splits: { train, test } }: LoadedData,
): Promise<readonly MetricSpec[]> {
  return (await recipeMetrics(recipe)) ?? computableOn(await usualMetrics(specs, train), test);
}

function valuesOf({ systems, metric }: Comparison): PersonalFindings['values'] {
  return Object.fromEntries(
    systems.flatMap(({ name, values }) => (values[metric] === undefined ? [] : [[name, values[metric].value]])),
  );
}

function differenceOf({ differences, metric }: Comparison): PersonalDifference | undefined {
  const found = differences.find((one) => one.metric === metric);
  if (found === undefined) return undefined;
  const { estimate, low, high, verdict } = found;
  return { estimate, ...(low !== undefined && { low, high }), verdict };
}

/** The shared model stays unless another way is better beyond chance; of two that are, the one that is ahead answers. */
// oxlint-disable-next-line max-params -- one a pair
function bestOf(adapter: Comparison, retrieval?: Comparison, adapterRetrieval?: Comparison): PersonalWay {
  const isRetrieval = retrieval?.verdict === 'better';
  if (adapter.verdict !== 'better') return isRetrieval ? 'retrieval' : 'shared';
  if (!isRetrieval) return 'adapter';
  const ahead = adapterRetrieval && differenceOf(adapterRetrieval);
  return ahead !== undefined && ahead.estimate < 0 ? 'retrieval' : 'adapter';
}

/** Leaves only the chosen way's files in the run's folder. @returns the folder of its result; the shared model's if nothing is kept */
async function keepBest(
  { recipe, folder }: PersonalRequest,
  { findings: { use }, comparison }: Found,
  { loaded, adapter, signal }: Omit<Judging, 'emit'>,
): Promise<string> {
  writeAssessment(folder, 'comparison', comparison);
  if (use === 'adapter') return adapter;
  rmSync(adapter, { recursive: true, force: true });
  if (use === 'shared') return recipe.model;
  const prompted = { ...recipe, model: `retrieved:${recipe.model}` };
  const context = { recipe: prompted, folder: join(folder), emit: () => undefined, signal };
  return keepPrompting({ context, loaded, metrics: await recipeMetrics(recipe) });
}
