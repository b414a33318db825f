import { join, resolve } from 'node:path';
import type { EventSink } from '../../base/events.ts';
import { attuneCache } from '../../base/home.ts';
import { loadData, type LoadedData } from '../../data/index.ts';
import type { Compared } from '../../eval/compare/compare.ts';
import { OWN_BASE } from '../../worker/run/base-model.ts';
import { runJob } from '../../worker/index.ts';
import { defineRecipe, resolveRecipe } from '../recipe/index.ts';
import { reportRun } from '../report/index.ts';
import { train as trainRecipe } from '../train.ts';
import { measure, measureBase, measureCheap, recordComparison, type MeasureContext } from './measure.ts';
import { modelPredictor } from './model-predictor.ts';
import { outlook, type Outlook } from './outlook.ts';
import { newRunFolder } from './run-folder.ts';
import { tasks } from './tasks/index.ts';
import type { Task, TaskData } from './tasks/task.ts';

export interface QuickstartOptions {
  /** Name in the registry of tasks. */
  task?: string;
  folder?: string;
  /** Held-out rows to answer. */
  testRows?: number;
  /** Optimiser steps, in place of the task's own number. */
  maxSteps?: number;
  /** The stage that begins, of five. */
  onStage: (stage: number, title: string) => void;
  /** One line for people. */
  onLine: (line: string) => void;
  onProgress: (title: string, done: number, total: number) => void;
  onEvent: EventSink;
  signal?: AbortSignal;
}

export interface QuickstartResult extends Compared {
  task: string;
  title: string;
  folder: string;
  result: string;
  report: string;
  seconds: { data: number; before: number; train: number; after: number };
  outlook: Outlook[];
}

const DEFAULT_TASK = 'pronunciation';
const TEST_ROWS = 300;

/** The whole way in minutes: engine, data, what one has without training, training, what one has after it. */
export async function quickstart(options: QuickstartOptions): Promise<QuickstartResult> {
  const { onStage, signal } = options;
  const clock = stopwatch();
  const task = await tasks.load(options.task ?? DEFAULT_TASK);

  onStage(1, 'engine');
  const machine = await checkEngine(options);

  onStage(2, `data: ${task.title}`);
  const { data, splits } = await fetchRows(task, options);
  const test = splits.test.slice(0, options.testRows ?? TEST_ROWS);
  const context: MeasureContext = { task, test, signal, onProgress: options.onProgress };
  const dataSeconds = clock();

  onStage(3, 'before: what one has without training');
  const others = [
    ...(await measureBase(OWN_BASE, splits.train, context)),
    ...(await measureCheap(splits.train, context)),
  ];
  const beforeSeconds = clock();

  onStage(4, 'train');
  const { folder, result } = await trainOn(data, task, options);
  const trainSeconds = clock();

  onStage(5, 'after');
  const predictor = modelPredictor('tuned', { target: result, maxNewTokens: task.maxNewTokens });
  const tuned = await measure({ predictor, title: 'tuned', kind: 'tuned' }, context);
  const compared = await recordComparison(folder, tuned, { others, test, task });
  const { html } = await reportRun(folder);
  return {
    task: task.name,
    title: task.title,
    folder,
    result,
    report: html,
    ...compared,
    seconds: { data: dataSeconds, before: beforeSeconds, train: trainSeconds, after: clock() },
    outlook: outlook(machine),
  };
}

async function checkEngine({ onEvent, onLine }: QuickstartOptions) {
  const machine = await runJob({ job: 'doctor', input: { quick: true }, onEvent });
  const { libtorch, threads, cpu, computeType } = machine;
  onLine(`libtorch ${libtorch}, ${threads} threads, ${cpu}, computing in ${computeType}`);
  return machine;
}

async function fetchRows(
  task: Task,
  { onLine, signal }: QuickstartOptions,
): Promise<{ data: TaskData; splits: LoadedData['splits'] }> {
  const data = await task.fetch(join(attuneCache(), 'quickstart', task.name), { log: onLine, signal });
  onLine(`${data.rows.train} rows to train on, ${data.rows.test} held out (${data.origin}; ${task.licence})`);
  const { train, validation, test } = data.files;
  const { splits } = await loadData({ train, validation, test, seed: 0, allowOverlap: true });
  return { data, splits };
}

async function trainOn(
  data: TaskData,
  task: Task,
  options: QuickstartOptions,
): Promise<{ folder: string; result: string }> {
  const { maxSteps, onEvent, signal } = options;
  const folder = resolve(options.folder ?? newRunFolder(task.name));
  const choice = { folder, maxSteps, length: task.maxLength, steps: task.steps };
  const recipe = await resolveRecipe(recipeFor(data.files, choice));
  const { result } = await trainRecipe(recipe, { onEvent, signal, handleSignals: true });
  if (result === null) throw new Error('the quick start was stopped');
  return { folder, result };
}

function recipeFor(
  files: { train: string; validation: string; test: string },
  choice: { folder: string; maxSteps?: number; length: number; steps: number },
) {
  return defineRecipe({
    model: OWN_BASE,
    data: { train: files.train, validation: files.validation, test: 0, max_length: choice.length, allow_overlap: true },
    tuning: { method: 'lora', r: 64, alpha: 128 },
    objective: 'sft',
    training: {
      max_steps: choice.maxSteps ?? choice.steps,
      learning_rate: 2e-3,
      batch_size: 64,
      warmup_steps: 20,
    },
    evaluation: { every: 200 },
    checkpoints: { every: 200 },
    output_dir: choice.folder,
  });
}

/** Seconds since the last call. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}
