import type { Example } from '../../data/index.ts';
import { expectedText, promptText } from '../../eval/example-text.ts';
import { USUAL_ROWS } from '../../eval/compare/sampled-rows.ts';
import type { Recipe } from '../../methods/recipe.ts';
import type { SettledTraining } from '../../train/recipe.ts';

export interface RowBudget {
  training: Pick<SettledTraining, 'epochs' | 'batch_size'> & Pick<Recipe['training'], 'max_steps'>;
  train: readonly Example[];
  test: readonly Example[];
  /** Parameters of the model that writes answers; 0 where none does. */
  parameters: number;
}

/** However long answers are, a verdict needs some of them. */
const FEWEST_ROWS = 100;
/** Multiplications and additions that every comparison may take for one system: some minutes on a laptop. */
const FREE_OPERATIONS = 1e14;
/** What one system may take, as a share of what training took. */
const SHARE_OF_TRAINING = 0.1;
const CHARACTERS_PER_TOKEN = 4;
/** A token that is written takes the time of so many that are read. */
const WRITTEN = 3;
const SAMPLE = 1000;

/**
 * How many test rows are compared where the recipe leaves it open: the usual number, or fewer where writing so many
 * answers would take long beside the training. It is computed from the rows alone, so that it is the same again.
 */
export function rowsWithinBudget({ training, train, test, parameters }: RowBudget): number {
  if (parameters === 0 || test.length === 0) return USUAL_ROWS;
  const steps = training.max_steps ?? Math.ceil((train.length * training.epochs) / training.batch_size);
  const trained = 6 * parameters * meanTokens(train, 1) * training.batch_size * steps;
  const budget = Math.max(FREE_OPERATIONS, SHARE_OF_TRAINING * trained);
  const perRow = 2 * parameters * meanTokens(test, WRITTEN);
  return Math.min(USUAL_ROWS, Math.max(FEWEST_ROWS, Math.floor(budget / perRow)));
}

/** Of a row with its answer, which counts so many times. */
function meanTokens(examples: readonly Example[], answers: number): number {
  const some = examples.slice(0, SAMPLE);
  const characters = some.reduce(
    (sum, example) => sum + promptText(example).length + answers * (expectedText(example) ?? '').length,
    0,
  );
  return Math.max(1, characters / Math.max(1, some.length) / CHARACTERS_PER_TOKEN);
}
