import type { BaselineName } from '../answering/baselines/index.ts';
import type { Task } from '../models/architecture.ts';
import type { AnswerKind } from '../answering/tasks/define.ts';
import type { PredictedRow } from './predict/predicted-row.ts';
import { RowAnswerer, type Row, type RowsOptions } from './predict/row-answerer.ts';
import type { PredictorOptions } from './predict/cheap-answers.ts';

export type { PredictedRow, PredictedSpan, ThresholdOption } from './predict/predicted-row.ts';
export type { Row, RowsOptions } from './predict/row-answerer.ts';
export { predict } from './predict/predict-rows.ts';
export type { PredictorOptions } from './predict/cheap-answers.ts';

/** A model that is loaded once and answers rows until it is closed. */
export interface OpenPredictor {
  readonly task: Task;
  /** Form of answers: `label`, `labels`, `number`, `tags`, `steps` (of answers), `stretch` (of a text) or `text`. */
  readonly answers: AnswerKind;
  /** Classes of a classifier. */
  readonly labels?: readonly string[];
  /**
   * One answer for each row, in their order; a row that cannot be read has an `error` in its place.
   * @throws AttuneError E_BAD_COLUMNS where rows have other columns than the model reads
   */
  predict(rows: readonly Row[], options?: RowsOptions): Promise<PredictedRow[]>;
  close(): Promise<void>;
}

/**
 * Opens a model that answers rows: a classifier, one that gives numbers, tags or stretches of texts, or one that writes.
 * @throws every error of opening it, E_TASK_UNSUPPORTED where it gives rows no answers
 */
export async function openPredictor(options: PredictorOptions): Promise<OpenPredictor> {
  return predictorOf(await RowAnswerer.open(options));
}

/** A baseline that answers next to a run's result, fitted on the same rows. @throws as `openFittedAnswers` */
export async function openRival(
  baseline: BaselineName,
  options: Pick<PredictorOptions, 'target' | 'signal'>,
): Promise<OpenPredictor> {
  const { openFittedAnswers } = await import('./predict/fitted-answers.ts');
  return predictorOf(new RowAnswerer(await openFittedAnswers(baseline, options), options.target));
}

function predictorOf(answerer: RowAnswerer): OpenPredictor {
  const { task, answers, labels } = answerer.description;
  return {
    task,
    answers,
    labels,
    predict: async (rows, reading) => answerer.answer(await answerer.read(rows, reading), reading),
    close: () => answerer.close(),
  };
}
