import type { Example } from '../../data/index.ts';
import { baselines } from '../../eval/baselines/index.ts';
import { answerRows, type Answered, type System } from '../../eval/compare/system.ts';
import { compareAnswers, type Compared } from '../../eval/compare/compare.ts';
import { createMetric } from '../../eval/metrics/index.ts';
import { writeComparison, writeSamples } from '../../store/results.ts';
import { modelPredictor } from './model-predictor.ts';
import type { Task } from './tasks/task.ts';

export interface MeasureContext {
  task: Task;
  test: readonly Example[];
  signal?: AbortSignal;
  onProgress?: (title: string, done: number, total: number) => void;
}

/** Answers all rows. */
export function measure(system: System, { test, signal, onProgress }: MeasureContext): Promise<Answered> {
  return answerRows(system, test, { signal, onProgress: (done, total) => onProgress?.(system.title, done, total) });
}

/** Every cheap predictor that makes sense for the task, fitted on the training rows. */
export async function measureCheap(train: readonly Example[], context: MeasureContext): Promise<Answered[]> {
  const measured: Answered[] = [];
  for (const name of context.task.baselines) {
    const baseline = await baselines.load(name);
    if (baseline.unfit(train) !== undefined) continue;
    const predictor = await baseline.fit(train, { signal: context.signal });
    measured.push(await measure({ predictor, title: baseline.title, kind: 'cheap' }, context));
  }
  return measured;
}

/** The untrained base model, asked plainly and with a few training rows before the question. */
export async function measureBase(
  base: string,
  train: readonly Example[],
  context: MeasureContext,
): Promise<Answered[]> {
  const { maxNewTokens, shots } = context.task;
  const shown = train.slice(0, shots);
  const plain = modelPredictor('base', { target: base, maxNewTokens, stop: ['\n'] });
  const fewShot = modelPredictor('few_shot', { target: base, maxNewTokens, stop: ['\n'], shots: () => shown });
  return [
    await measure({ predictor: plain, title: 'base', kind: 'base' }, context),
    await measure({ predictor: fewShot, title: `base, ${shown.length} examples`, kind: 'few_shot' }, context),
  ];
}

/** Compares the tuned model with all others and writes what the report shows. */
export async function recordComparison(
  folder: string,
  tuned: Answered,
  { others, test, task }: { others: readonly Answered[]; test: readonly Example[]; task: Task },
): Promise<Compared> {
  const { name: validity } = await createMetric(task.validity);
  const metrics = [task.mainMetric, ...task.metrics, task.validity];
  const compared = await compareAnswers([tuned, ...others], test, { split: 'test', metrics, validity });
  writeComparison(folder, compared.comparison);
  writeSamples(folder, compared.samples);
  return compared;
}
