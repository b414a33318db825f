import type { Example } from '../../data/index.ts';
import { answerText, promptText } from '../../eval/example-text.ts';
import { baselines } from '../../eval/baselines/index.ts';
import type { Prediction, Predictor } from '../../eval/predictor.ts';
import { scorePredictions, type Score } from '../../eval/score.ts';
import { pairedBootstrap } from '../../eval/statistics/index.ts';
import { writeComparison, writeSamples, type Comparison } from '../../store/results.ts';
import { modelPredictor } from './model-predictor.ts';
import type { Task } from './tasks/task.ts';

/** One predictor's answers to the held-out rows and what they are worth. */
export interface Measured {
  name: string;
  title: string;
  predictions: Prediction[];
  /** The main metric first, then the others, then validity. */
  scores: Score[];
}

export interface MeasureContext {
  task: Task;
  test: readonly Example[];
  signal?: AbortSignal;
  onProgress?: (name: string, done: number, total: number) => void;
}

/** Answers all rows and scores them by every metric of the task. */
export async function measure(predictor: Predictor, title: string, context: MeasureContext): Promise<Measured> {
  const { task, test, signal } = context;
  const onProgress = (done: number, total: number) => context.onProgress?.(title, done, total);
  const predictions = await predictor.predict(test, { signal, onProgress });
  const specs = [task.mainMetric, ...task.metrics, task.validity];
  return { name: predictor.name, title, predictions, scores: await scorePredictions(predictions, test, specs) };
}

/** Every cheap predictor that makes sense for the task, fitted on the training rows. */
export async function measureCheap(train: readonly Example[], context: MeasureContext): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const name of context.task.baselines) {
    const baseline = await baselines.load(name);
    if (baseline.unfit(train) !== undefined) continue;
    measured.push(await measure(await baseline.fit(train, { signal: context.signal }), baseline.title, context));
  }
  return measured;
}

/** The untrained base model, asked plainly and with a few training rows before the question. */
export async function measureBase(
  base: string,
  train: readonly Example[],
  context: MeasureContext,
): Promise<Measured[]> {
  const { maxNewTokens, shots } = context.task;
  const shown = train.slice(0, shots);
  const plain = modelPredictor('base', { target: base, maxNewTokens, stop: ['\n'] });
  const fewShot = modelPredictor('few_shot', { target: base, maxNewTokens, stop: ['\n'], shots: () => shown });
  return [await measure(plain, 'base', context), await measure(fewShot, `base, ${shown.length} examples`, context)];
}

/** The other predictor that is best on the main metric. */
export function strongest(others: readonly Measured[]): Measured {
  const isBetter = (a: Score, b: Score) => (a.better === 'higher' ? a.value > b.value : a.value < b.value);
  return others.reduce((best, other) => (isBetter(other.scores[0], best.scores[0]) ? other : best));
}

const SAMPLES = 10;

/** Writes what the report shows: all systems, the paired difference to the strongest one, ten answers side by side. */
export function recordComparison(
  folder: string,
  tuned: Measured,
  context: { others: readonly Measured[]; test: readonly Example[] },
): Comparison {
  const { others, test } = context;
  const rival = strongest(others);
  const [score] = tuned.scores;
  const sign = score.better === 'higher' ? 1 : -1;
  const interval = pairedBootstrap(rival.scores[0].rows, score.rows);
  const [low, high] = sign > 0 ? [interval.low, interval.high] : [-interval.high, -interval.low];
  const comparison: Comparison = {
    split: 'test',
    rows: test.length,
    metric: score.name,
    metricTitle: score.title,
    better: score.better,
    tuned: tuned.title,
    systems: [tuned, ...others].map(({ title, scores }) => ({
      name: title,
      value: scores[0].value,
      metrics: Object.fromEntries(scores.map(({ name, value }) => [name, value])),
    })),
    difference: {
      against: rival.title,
      estimate: interval.estimate,
      low: interval.low,
      high: interval.high,
      confidence: interval.confidence,
    },
    verdict: low > 0 ? 'better' : high < 0 ? 'worse' : 'no-evidence',
  };
  writeComparison(folder, comparison);
  writeSamples(folder, sampleRows(tuned, context));
  return comparison;
}

function sampleRows(tuned: Measured, { others, test }: { others: readonly Measured[]; test: readonly Example[] }) {
  const base = others.find(({ name }) => name === 'few_shot') ?? others[0];
  const rows = test.slice(0, SAMPLES).map((example, i) => ({
    id: example.id,
    prompt: promptText(example),
    expected: answerText(example),
    answers: { before: base.predictions[i].text ?? '', after: tuned.predictions[i].text ?? '' },
  }));
  return { systems: ['before', 'after'], rows };
}
