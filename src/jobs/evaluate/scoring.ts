import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { LoadedData, SplitName } from '../../data/index.ts';
import type { Model } from '../../models/model.ts';
import { evaluateRows, type EvaluationResult, type Measure } from '../../training/evaluate-losses.ts';
import { tokensOf, type PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Objective } from '../../training/objective.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { createObjective } from '../train/build-trainer.ts';
import { traitsOf } from '../../models/base-traits.ts';
import { likelihoodMeasure } from './likelihood-metrics.ts';
import { labelsOf, labelStatistics } from './label-statistics.ts';
import { loadRunData, reportCuts } from '../rows/load-run-data.ts';
import type { OpenedModel } from '../../answering/model/open-model.ts';
import { prepareSplit } from '../rows/prepare-rows.ts';
import { recipeMetrics } from './recipe-metrics.ts';

export interface ScoringContext {
  emit: EventSink;
  signal: AbortSignal;
}

/** `any`: the first of validation, test and train that the recipe has. */
export type ScoredSplit = 'validation' | 'test' | 'any';

export interface ScoringSet {
  objective: Objective;
  split: SplitName;
  rows: PreparedRow[];
  /** Metrics of the recipe besides the loss. */
  measure?: Measure;
  /** Content hash of the split's rows. */
  hash: string;
}

/** Enough rows to tell two models apart; held-out splits are scored in full. */
const MOST_TRAIN_ROWS = 512;

/** The rows of a recipe's split, tokenised for an opened model. */
export async function scoringSet(
  recipe: Recipe,
  opened: Pick<OpenedModel, 'model' | 'tokenizer' | 'media' | 'notes'>,
  choice: ScoringContext & { split: ScoredSplit },
): Promise<ScoringSet> {
  const { emit } = choice;
  emit({ type: 'phase-started', phase: 'data', message: 'reading the rows' });
  const loaded = await loadRunData(recipe, choice);
  const split = chooseSplit(loaded, choice.split);
  const examples = split === 'train' ? loaded.splits.train.slice(0, MOST_TRAIN_ROWS) : loaded.splits[split];
  const { model, tokenizer, media } = opened;
  const labels = opened.notes?.labels ?? labelsOf(recipe, loaded.splits.train, model.config);
  const statistics = labelStatistics(loaded.splits.train, labels);
  const now = new Date();
  const { causal, maxPositions, filledTo } = traitsOf(model);
  const objective = await createObjective(recipe, { tokenizer, media, labels, statistics, causal, now, filledTo });
  const prepared = await prepareSplit(examples, {
    objective,
    labels,
    tokenizer,
    media,
    recipe,
    emit,
    now,
    maxPositions,
  });
  reportCuts(prepared.cuts, { split, examples, emit });
  const measure = await likelihoodMeasure(await recipeMetrics(recipe), prepared, { objective, tokenizer, examples });
  return { objective, split, rows: prepared.rows, measure, hash: loaded.report.hashes[split] };
}

function chooseSplit({ splits }: LoadedData, wanted: ScoredSplit): SplitName {
  if (wanted === 'any') return splits.validation.length > 0 ? 'validation' : splits.test.length > 0 ? 'test' : 'train';
  if (splits[wanted].length > 0) return wanted;
  const other = wanted === 'test' ? 'validation' : 'test';
  throw new AttuneError('E_NO_ROWS', {
    what: `The run kept no rows for ${wanted}`,
    fix:
      splits[other].length > 0
        ? `score its ${other} rows: --split ${other}`
        : 'give validation or test rows to the next run: data.test',
  });
}

const MICRO_BATCH_TOKENS = 4096;

/** Scores a set with progress. */
export function scoreSet(
  model: Model,
  set: ScoringSet,
  { emit }: Pick<ScoringContext, 'emit'>,
): Promise<EvaluationResult> {
  const longest = set.rows.reduce((most, row) => Math.max(most, tokensOf(row)), 0);
  return evaluateRows({ model, objective: set.objective }, set.rows, {
    microBatchTokens: Math.max(longest, MICRO_BATCH_TOKENS),
    measure: set.measure,
    onProgress: (done) =>
      emit({ type: 'work-advanced', phase: 'evaluate', done, total: set.rows.length, unit: 'rows scored' }),
  });
}
