import type { Example } from '../../data/index.ts';
import { expectedText, promptText } from '../../scoring/prompt-text.ts';
import { USUAL_ROWS } from '../../evaluation/compare/sampled-rows.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { SettledTraining } from '../../methods/recipe/base-recipe.ts';

export interface RowBudget {
  training: Pick<SettledTraining, 'epochs' | 'batch_size'> & Pick<Recipe['training'], 'max_steps'>;
  train: readonly Example[];
  test: readonly Example[];
  /** Parameters of the model that generates answers; 0 if none does. */
  parameters: number;
}

/** Minimum for a verdict, however long answers take. */
const FEWEST_ROWS = 100;
/** Multiply-add operations that any comparison may spend on one system: a few minutes on a laptop. */
const FREE_OPERATIONS = 1e14;
/** Time of one system, as a share of the training time. */
const SHARE_OF_TRAINING = 0.1;
const CHARACTERS_PER_TOKEN = 4;
/** Cost of generating a token relative to reading one. */
const WRITTEN = 3;
const SAMPLE = 1000;

/**
 * Number of test rows to compare if the recipe leaves it open: the default, or fewer if generating answers would take
 * long in proportion to training. Computed from the rows alone, so that it is reproducible.
 */
export function rowsWithinBudget({ training, train, test, parameters }: RowBudget): number {
  if (parameters === 0 || test.length === 0) return USUAL_ROWS;
  const steps = training.max_steps ?? Math.ceil((train.length * training.epochs) / training.batch_size);
  const trained = 6 * parameters * meanTokens(train, 1) * training.batch_size * steps;
  const budget = Math.max(FREE_OPERATIONS, SHARE_OF_TRAINING * trained);
  const perRow = 2 * parameters * meanTokens(test, WRITTEN);
  return Math.min(USUAL_ROWS, Math.max(FEWEST_ROWS, Math.floor(budget / perRow)));
}

/** Mean number of tokens per row, with answer tokens weighted by `answers`. */
function meanTokens(examples: readonly Example[], answers: number): number {
  const some = examples.slice(0, SAMPLE);
  const characters = some.reduce(
    (sum, example) => sum + promptText(example).length + answers * (expectedText(example) ?? '').length,
    0,
  );
  return Math.max(1, characters / Math.max(1, some.length) / CHARACTERS_PER_TOKEN);
}
