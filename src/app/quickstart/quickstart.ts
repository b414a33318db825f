import { join, resolve } from 'node:path';
import type { EventSink } from '../../base/events.ts';
import { attuneCache } from '../../base/home.ts';
import { loadData, type Example } from '../../data/index.ts';
import { answerText, promptText } from '../../eval/example-text.ts';
import type { Comparison } from '../../store/results.ts';
import { OWN_BASE } from '../../worker/run/base-model.ts';
import { runJob } from '../../worker/index.ts';
import { defineRecipe, resolveRecipe } from '../recipe/index.ts';
import { reportRun } from '../report/index.ts';
import { train as trainRecipe } from '../train.ts';
import { measure, measureBase, measureCheap, recordComparison, type Measured, type MeasureContext } from './measure.ts';
import { modelPredictor } from './model-predictor.ts';
import { outlook, type Outlook } from './outlook.ts';
import { tasks } from './tasks/index.ts';

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

export interface QuickstartResult {
  task: string;
  title: string;
  folder: string;
  result: string;
  report: string;
  comparison: Comparison;
  /** The tuned model first. */
  measured: Measured[];
  test: readonly Example[];
  seconds: { data: number; before: number; train: number; after: number };
  outlook: Outlook[];
}

const DEFAULT_TASK = 'pronunciation';
const TEST_ROWS = 300;

/** The whole way in minutes: engine, data, what one has without training, training, what one has after it. */
export async function quickstart(options: QuickstartOptions): Promise<QuickstartResult> {
  const { onStage, onLine, signal } = options;
  const clock = stopwatch();
  const task = await tasks.load(options.task ?? DEFAULT_TASK);

  onStage(1, 'engine');
  const machine = await runJob({ job: 'doctor', input: { quick: true }, onEvent: options.onEvent });
  onLine(
    `libtorch ${machine.libtorch}, ${machine.threads} threads, ${machine.cpu}, computing in ${machine.computeType}`,
  );

  onStage(2, `data: ${task.title}`);
  const data = await task.fetch(join(attuneCache(), 'quickstart', task.name), { log: onLine, signal });
  onLine(`${data.rows.train} rows to train on, ${data.rows.test} held out (${data.origin}; ${task.licence})`);
  const { splits } = await loadData({
    train: data.files.train,
    validation: data.files.validation,
    test: data.files.test,
    seed: 0,
    allowOverlap: true,
  });
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
  const folder = resolve(options.folder ?? join('runs', `quickstart-${task.name}`));
  const recipe = await resolveRecipe(
    recipeFor(data.files, { folder, maxSteps: options.maxSteps, length: task.maxLength, steps: task.steps }),
  );
  const trained = await trainRecipe(recipe, { onEvent: options.onEvent, signal, handleSignals: true });
  if (trained.result === null) throw new Error('the quick start was stopped');
  const trainSeconds = clock();

  onStage(5, 'after');
  const predictor = modelPredictor('tuned', { target: trained.result, maxNewTokens: task.maxNewTokens });
  const tuned = await measure(predictor, 'tuned', context);
  const samples = { promptOf: promptText, answerOf: answerText };
  const comparison = recordComparison(folder, tuned, { others, test, samples });
  const { html } = await reportRun(folder);
  return {
    task: task.name,
    title: task.title,
    folder,
    result: trained.result,
    report: html,
    comparison,
    measured: [tuned, ...others],
    test,
    seconds: { data: dataSeconds, before: beforeSeconds, train: trainSeconds, after: clock() },
    outlook: outlook(machine),
  };
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
      epochs: 100,
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
