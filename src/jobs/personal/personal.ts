import { rmSync } from 'node:fs';
import type { EventSink } from '../../base/events.ts';
import type { JobContext } from '../../base/job.ts';
import { loadData, type LoadedData } from '../../data/index.ts';
import { writeAssessment } from '../../evaluation/assessments/assessment-files.ts';
import { engineIdentity } from '../../engine/tensor/index.ts';
import { newRunId, RunFolder } from '../../store/run-folder.ts';
import { untilFree } from '../../store/run-lock.ts';
import { runPaths } from '../../store/run-paths.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { recipeMetrics } from '../evaluate/recipe-metrics.ts';
import { keepPrompting } from '../train/prompted/train-prompted.ts';
import { prepareRun } from '../train/training-run.ts';
import { writeResult } from '../train/result/write-result.ts';
import { judgeWays, type Judged, type PersonalVerdict } from './judge-ways.ts';

/** A user's rows and the model to adapt to them. The rows travel by message: they are never in a file. */
export interface PersonalRequest {
  /** Its `model` is the shared model. */
  recipe: Recipe;
  /** Folder of the run; it gets figures and the result, and no rows unless retrieval answers. */
  folder: string;
  train: readonly Record<string, unknown>[];
  /** Held-out rows on which the ways are compared. */
  test: readonly Record<string, unknown>[];
  /** Whether the shared model was tuned on such rows. */
  isTuned: boolean;
}

export interface PersonalFindings extends PersonalVerdict {
  rows: { train: number; test: number };
  seconds: {
    /** Training, including loading and saving. */
    training: number;
    /** Processor time of the training, over all threads. */
    processor: number;
    /** Training and comparison. */
    all: number;
  };
}

/** A session that adapts the shared model to one user after another. */
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
  await untilFree(request.folder, AbortSignal.any([signal, AbortSignal.timeout(LAST_STEP)]));
  signal.throwIfAborted();
  rmSync(request.folder, { recursive: true, force: true });
  const run = new RunFolder(request.folder);
  try {
    const { folder } = run;
    const emit: EventSink = (event) => void (KEPT.has(event.type) && run.record(event));
    emit({ type: 'run-started', run: newRunId(), folder, base: process.cwd(), recipe, identity: engineIdentity() });
    const loaded = await rowsOf(request, signal);
    const { step, adapter, seconds } = await adapt({ recipe, folder, loaded, emit, signal });
    const judged = await judgeWays({ ...request, loaded, adapter, emit, signal });
    const result = await keepBest(folder, judged, { recipe, loaded, adapter, signal });
    const choice = { step, reason: 'last-step' } as const;
    emit({ type: 'run-finished', step, choice, result, metrics: {}, seconds: seconds.training });
    return {
      ...judged.verdict,
      rows: { train: loaded.splits.train.length, test: loaded.splits.test.length },
      seconds: { ...seconds, all: (performance.now() - began) / 1000 },
    };
  } finally {
    run.close();
  }
}

/** Events without texts of rows. */
const KEPT: ReadonlySet<string> = new Set(['run-started', 'run-finished']);

/** Milliseconds to wait for a killed call's worker, which stops after its current step. */
const LAST_STEP = 10_000;

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

type Adapted = { adapter: string; step: number; seconds: Pick<PersonalFindings['seconds'], 'training' | 'processor'> };

/** Trains the adapter as `attune train` does, with the outputs of the frozen blocks in memory. */
async function adapt({ loaded, ...given }: Adapting): Promise<Adapted> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const training = await prepareRun({ ...given, given: loaded, now: new Date() });
  try {
    if ((await training.trainer.run()) !== 'finished') throw given.signal.reason;
    training.parts.tuning.roundToStored();
    const { step } = training.trainer.state;
    const adapter = await writeResult(training, { step, metrics: {} });
    rmSync(runPaths(given.folder).checkpoints, { recursive: true, force: true });
    const { user, system } = process.cpuUsage(used);
    const seconds = { training: (performance.now() - began) / 1000, processor: (user + system) / 1e6 };
    return { adapter, step, seconds };
  } finally {
    training.dispose();
  }
}

/** Leaves only the chosen way's files. @returns the folder of the result; the shared model's if nothing is kept */
async function keepBest(
  folder: string,
  { verdict: { use }, comparison }: Judged,
  { recipe, loaded, adapter, signal }: Omit<Adapting, 'folder' | 'emit'> & { adapter: string },
): Promise<string> {
  writeAssessment(folder, 'comparison', comparison);
  if (use === 'adapter') return adapter;
  rmSync(adapter, { recursive: true, force: true });
  if (use === 'shared') return recipe.model;
  const context = { recipe: { ...recipe, model: `retrieved:${recipe.model}` }, folder, emit: () => undefined, signal };
  return keepPrompting({ context, loaded, metrics: await recipeMetrics(recipe) });
}
