import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { Model } from '../../models/model.ts';
import { evaluateRows, type EvaluationResult } from '../../train/evaluate.ts';
import type { Objective, PreparedRow } from '../../train/interfaces.ts';
import type { Recipe } from '../../train/recipe.ts';
import { createObjective, traitsOf } from './build-trainer.ts';
import { labelsOf, loadRunData } from './load-run-data.ts';
import type { OpenedModel } from './open-model.ts';
import { prepareSplit } from './prepare-rows.ts';

export interface ScoringContext {
  emit: EventSink;
  signal: AbortSignal;
}

export interface ScoringSet {
  objective: Objective;
  rows: PreparedRow[];
  /** Content hash of the split's rows. */
  hash: string;
}

/** The held-out rows of a recipe, tokenised for a model that was opened. */
export async function scoringSet(
  recipe: Recipe,
  opened: Pick<OpenedModel, 'model' | 'tokenizer' | 'notes'>,
  choice: ScoringContext & { split: 'validation' | 'test' },
): Promise<ScoringSet> {
  const { emit, split } = choice;
  emit({ type: 'phase-started', phase: 'data', message: `reading the ${split} rows` });
  const loaded = await loadRunData(recipe, choice);
  const examples = loaded.splits[split];
  if (examples.length === 0) {
    throw new AttuneError('E_NO_ROWS', {
      what: `The recipe keeps no rows for ${split}`,
      fix: `set data.${split} to a share or a file, or score the other split`,
    });
  }
  const { model, tokenizer } = opened;
  const labels = opened.notes?.labels ?? labelsOf(recipe, loaded.splits.train);
  const now = new Date();
  const { causal, maxPositions } = traitsOf(model.architecture, model.config);
  const objective = await createObjective(recipe, { tokenizer, labels, causal, now });
  const { rows } = await prepareSplit(examples, { objective, tokenizer, recipe, emit, now, maxPositions });
  return { objective, rows, hash: loaded.report.hashes[split] };
}

const MICRO_BATCH_TOKENS = 4096;

/** Scores a set with progress. */
export function scoreSet(
  model: Model,
  set: ScoringSet,
  { emit }: Pick<ScoringContext, 'emit'>,
): Promise<EvaluationResult> {
  const longest = set.rows.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  return evaluateRows({ model, objective: set.objective }, set.rows, {
    microBatchTokens: Math.max(longest, MICRO_BATCH_TOKENS),
    onProgress: (done) =>
      emit({ type: 'work-advanced', phase: 'evaluate', done, total: set.rows.length, unit: 'rows scored' }),
  });
}
