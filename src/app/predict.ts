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

/** A predictor, loaded until it is closed. */
export interface OpenPredictor {
  readonly task: Task;
  /** Kind of answers: `label`, `labels`, `number`, `tags`, `steps` (of answers), `stretch` (of a text) or `text`. */
  readonly answers: AnswerKind;
  /** Classes of a classifier. */
  readonly labels?: readonly string[];
  /**
   * Returns one answer per row in order; an unreadable row has an `error` instead.
   * @throws AttuneError E_BAD_COLUMNS if rows have other columns than the model reads
   */
  predict(rows: readonly Row[], options?: RowsOptions): Promise<PredictedRow[]>;
  close(): Promise<void>;
}

/**
 * Opens a model that predicts for rows: a classifier, a model for numbers, tags or spans of text, or a generative
 * one.
 * @throws AttuneError errors of opening; E_TASK_UNSUPPORTED if the model does not predict for rows
 */
export async function openPredictor(options: PredictorOptions): Promise<OpenPredictor> {
  return predictorOf(await RowAnswerer.open(options));
}

/** A baseline fitted on the same rows as a run's result, for comparison with it. @throws as `openFittedAnswers` */
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
