/** The recipe for retraining a model. */
import { dirname, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { questionOf, textOf } from '../../data/compared-text.ts';
import { loadData, type DataSpec } from '../../data/index.ts';
import { locateRecipe } from '../recipe/locate.ts';
import { resolveRecipeFile } from '../recipe/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { LabelColumns, RowForm } from '../../monitoring/quarantine/row-forms.ts';

/**
 * Loads the recipe with absolute paths, so that a loop runs from cron as it does by hand. Test rows must be a file: a
 * share of the rows would change whenever rows are added.
 * @throws AttuneError E_CONTINUOUS
 */
export async function baseRecipe(file: string): Promise<Recipe> {
  const recipe = await resolveRecipeFile(file);
  if (typeof recipe.data.test !== 'number') return locateRecipe(recipe, dirname(resolve(file))).recipe;
  throw new AttuneError('E_CONTINUOUS', {
    what: `${file} cannot be retrained and compared with the version in use`,
    got: `data.test: ${recipe.data.test}`,
    expected: 'a file of test rows, which stays the same when training rows are added',
    fix: 'put test rows into a separate file: data: {test: FILE}',
  });
}

const FORMS: ReadonlyMap<string, RowForm> = new Map([
  ['classification', 'labels'],
  ['dpo', 'dpo'],
  ['orpo', 'dpo'],
  ['simpo', 'dpo'],
  ['cpo', 'dpo'],
  ['kto', 'kto'],
  ['bco', 'kto'],
]);

export function formOf({ objective }: Recipe): RowForm {
  return FORMS.get(objective.name) ?? 'sft';
}

/** Column names of a classifier's rows, as in the recipe's rows. */
export function labelColumns({ data }: Recipe): LabelColumns {
  const { text, label } = (data.columns ?? {}) as { text?: unknown; label?: unknown };
  return { text: typeof text === 'string' ? text : 'text', label: typeof label === 'string' ? label : 'label' };
}

/** Requests in the rows of a split. Rows from functions of the user are skipped. */
export async function requestsOf({ data }: Recipe, split: 'train' | 'test', signal: AbortSignal): Promise<string[]> {
  const sources = data[split];
  if (typeof sources === 'number') return [];
  const read = sources.filter(({ format }) => !String(format ?? data.format ?? '').includes('#'));
  if (read.length === 0) return [];
  const train = read.map(({ path, format, columns }) => ({ path, format, columns })) as DataSpec;
  const { splits } = await loadData({
    train,
    ...(data.format !== null && { format: data.format }),
    ...(data.columns !== null && { columns: data.columns }),
    seed: 0,
    allowOverlap: true,
    signal,
  });
  return splits.train.map((example) => questionOf(example) ?? textOf(example));
}
