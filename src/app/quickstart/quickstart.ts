import { readAssessment } from '../../evaluation/assessments/assessment-files.ts';
import { plural } from '../../base/format.ts';
import { join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { attuneCache } from '../../base/home.ts';
import type { Comparison, Samples } from '../../store/results.ts';
import { readSamples } from '../../store/samples.ts';
import { OWN_BASE } from '../../answering/model/base-model.ts';
import { runJob } from '../../jobs/worker/index.ts';
import { defineRecipe, resolveRecipe } from '../recipe/index.ts';
import { reportRun } from '../report/index.ts';
import { ensureEngine } from '../setup.ts';
import { train as trainRecipe } from '../train.ts';
import type { useCase, QuickstartResult } from '../use-cases/quickstart.ts';
import type { Call, OptionsOf } from '../use-cases/use-case.ts';
import { answerBefore } from './answer-before.ts';
import { outlook } from './outlook.ts';
import { newRunFolder } from './new-run-folder.ts';
import { tasks } from './tasks/index.ts';
import type { Task, TaskData } from './tasks/task.ts';

type QuickstartOptions = OptionsOf<typeof useCase> &
  Pick<Call, 'onEvent' | 'signal'> & {
    /** Called at the beginning of each of the five stages. */
    onStage: (stage: number, title: string) => void;
    /** One line for people. */
    onLine: (line: string) => void;
  };

const DEFAULT_TASK = 'pronunciation';
const TEST_ROWS = 300;

/**
 * Runs the whole process in minutes: engine check, data, the base's answers, training, and the final comparison.
 * @throws AttuneError E_STOPPED if aborted, and errors of tasks and training
 */
export async function quickstart(options: QuickstartOptions): Promise<QuickstartResult> {
  const { onStage, signal } = options;
  await ensureEngine(signal);
  const task = await tasks.load(options.task ?? DEFAULT_TASK);

  onStage(1, 'engine');
  const machine = await checkEngine(options);

  const clock = stopwatch();
  onStage(2, `data: ${task.title}`);
  const data = await fetchRows(task, options);
  const dataSeconds = clock();
  signal?.throwIfAborted();

  onStage(3, 'before: answers of the base');
  await answerBefore(data.files.test, { model: OWN_BASE, maxNewTokens: task.maxNewTokens, ...options });
  const beforeSeconds = clock();
  signal?.throwIfAborted();

  onStage(4, 'train');
  let trainSeconds = 0;
  const { folder, result } = await trainOn(data, task, {
    ...options,
    onCompare() {
      trainSeconds = clock();
      onStage(5, 'after: the result compared with systems that need no training');
    },
  });
  const { html } = await reportRun(folder);
  const seconds = { data: dataSeconds, before: beforeSeconds, train: trainSeconds, after: clock() };
  const about = { task: task.name, title: task.title, folder, result, report: html };
  return { ...about, ...compared(folder), seconds, outlook: outlook(machine) };
}

async function checkEngine({ onEvent, onLine }: QuickstartOptions) {
  const machine = await runJob({ job: 'doctor', input: { quick: true }, onEvent });
  const { libtorch, threads, cpu, computeType } = machine;
  onLine(`libtorch ${libtorch}, ${threads} threads, ${cpu}, computing in ${computeType}`);
  return machine;
}

async function fetchRows(task: Task, { onLine, signal }: QuickstartOptions): Promise<TaskData> {
  const data = await task.fetch(join(attuneCache(), 'quickstart', task.name), { log: onLine, signal });
  onLine(
    `${plural(data.rows.train, 'rows')} to train on, ${data.rows.test} held out (${data.origin}; ${task.licence})`,
  );
  return data;
}

async function trainOn(
  { files }: TaskData,
  task: Task,
  options: QuickstartOptions & { onCompare: () => void },
): Promise<{ folder: string; result: string }> {
  const { onCompare, signal } = options;
  const folder = resolve(options.output ?? newRunFolder(task.name));
  const recipe = await resolveRecipe(recipeFor(files, task, { ...options, folder }));
  const onEvent = afterSaving(options.onEvent, onCompare);
  const { result } = await trainRecipe(recipe, { onEvent, signal, handleSignals: true });
  if (result === null) {
    const fix = `attune runs resume ${folder}`;
    throw new AttuneError('E_STOPPED', { what: 'The quick start was stopped during training', fix });
  }
  return { folder, result };
}

/** Calls `begin` before the first phase after the result was saved: the comparison. */
function afterSaving(show: EventSink, begin: () => void): EventSink {
  let state: 'training' | 'saving' | 'comparing' = 'training';
  return (event) => {
    if (event.type === 'phase-started') {
      if (event.phase === 'save') state = 'saving';
      else if (state === 'saving') {
        state = 'comparing';
        begin();
      }
    }
    show(event);
  };
}

function recipeFor(files: TaskData['files'], task: Task, options: QuickstartOptions & { folder: string }) {
  return defineRecipe({
    model: OWN_BASE,
    data: { ...files, max_length: task.maxLength, allow_overlap: true },
    tuning: { method: 'lora', r: 64, alpha: 128 },
    objective: 'sft',
    training: {
      max_steps: options.maxSteps ?? task.steps,
      learning_rate: 2e-3,
      batch_size: 64,
      warmup_steps: 20,
    },
    evaluation: {
      every: 200,
      metrics: [task.mainMetric, ...task.metrics, task.validity],
      baselines: ['prompted', 'few_shot', 'cheap'],
      max_rows: options.testRows ?? TEST_ROWS,
      max_new_tokens: task.maxNewTokens,
    },
    checkpoints: { every: 200 },
    output_dir: options.folder,
  });
}

/** Results of the run's last phase. */
function compared(folder: string): { comparison: Comparison; samples: Samples } {
  const [comparison, samples] = [readAssessment(folder, 'comparison'), readSamples(folder)];
  if (comparison !== undefined && samples !== undefined) return { comparison, samples };
  throw new AttuneError('E_NOT_COMPARED', {
    what: 'The result was not compared',
    got: 'a run without a comparison; its last warning explains why',
    fix: `attune compare ${folder}`,
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
