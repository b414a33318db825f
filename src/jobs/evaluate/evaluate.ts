import { plural } from '../../base/format.ts';
import type { Metrics } from '../../base/events.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { JobContext } from '../../base/job.ts';
import { reportRemark } from '../../answering/model/report-remark.ts';
import { openModel, type OpenOptions } from '../../answering/model/open-model.ts';
import { scoreSet, scoringSet } from './scoring.ts';

export interface EvaluateInput extends OpenOptions {
  /** Folder of a run, an adapter or a model, or a known name. */
  target: string;
  /** Defines the rows and the metrics. */
  recipe: Recipe;
  split: 'validation' | 'test';
}

export interface EvaluateResult {
  split: string;
  rows: number;
  /** Content hash of the rows. */
  hash: string;
  metrics: Metrics;
  /** Loss of each row. */
  perRow: number[];
}

/** Scores a model on a recipe's held-out rows by the recipe's objective. */
export async function run(input: EvaluateInput, context: JobContext): Promise<EvaluateResult> {
  context.emit({ type: 'phase-started', phase: 'engine', message: `loading ${input.target}` });
  const opened = await openModel(input.target, input);
  reportRemark(opened.tokenizer, context.emit);
  if (opened.storage !== undefined)
    context.emit({
      type: 'phase-started',
      phase: 'engine',
      message: `the base model in ${opened.storage}, as in training`,
    });
  const set = await scoringSet(input.recipe, opened, { ...context, split: input.split });
  context.emit({ type: 'phase-started', phase: 'evaluate', message: `scoring ${plural(set.rows.length, 'rows')}` });
  const { metrics, perRow } = await scoreSet(opened.model, set, context);
  return { split: input.split, rows: set.rows.length, hash: set.hash, metrics, perRow: [...perRow] };
}
