/** The recipe for retraining a model. */
import { dirname, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { questionOf, textOf } from '../../data/compared-text.ts';
import { loadData, type DataSpec, type Example } from '../../data/index.ts';
import type { DecisionQuestion } from '../../data/kinds/decision.ts';
import { locateRecipe } from '../recipe/locate.ts';
import { resolveRecipeFile } from '../recipe/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { RowForm, RowLayout } from '../../monitoring/quarantine/row-forms.ts';

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
  ['decision', 'decisions'],
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

/** Layout of the recipe's rows: a classifier's columns, and the typed questions of its training rows. */
export async function rowLayout(recipe: Recipe, signal: AbortSignal): Promise<RowLayout> {
  const { text, label } = (recipe.data.columns ?? {}) as { text?: unknown; label?: unknown };
  const columns = {
    text: typeof text === 'string' ? text : 'text',
    label: typeof label === 'string' ? label : 'label',
  };
  if (formOf(recipe) !== 'decisions') return { columns };
  const questions = new Map<string, DecisionQuestion>();
  for (const example of await rowsOf(recipe, 'train', signal))
    for (const { id, type, instructions, options } of example.kind === 'decision' ? example.questions : [])
      if (!questions.has(id)) questions.set(id, { id, type, ...(instructions && { instructions }), options });
  return { columns, questions };
}

/** Requests in the rows of a split. Rows from functions of the user are skipped. */
export async function requestsOf(recipe: Recipe, split: 'train' | 'test', signal: AbortSignal): Promise<string[]> {
  return (await rowsOf(recipe, split, signal)).map((example) => questionOf(example) ?? textOf(example));
}

async function rowsOf({ data }: Recipe, split: 'train' | 'test', signal: AbortSignal): Promise<readonly Example[]> {
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
  return splits.train;
}
