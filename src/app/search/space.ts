/** The settings that a search varies: ranges are declared next to the recipe's keys, or given by the user. */
import { smallest } from '../../base/many.ts';
import { entryOf } from '../../base/table.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import type { SettledTraining } from '../../methods/recipe/base-recipe.ts';
import type { SearchRange } from '../../methods/recipe/search-range.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { RecipeKey, RecipeKeys } from '../recipe/index.ts';
import type { Axis, Point } from './tree-parzen.ts';

export type Value = string | number | boolean | null;

/** Values by the path of their key. */
export type Values = Readonly<Record<string, Value>>;

/** A setting to vary: numbers in order are a scale, other values are choices. */
export interface Dimension {
  path: string;
  stage: SearchRange['stage'];
  values: readonly Value[];
  /** Whether numbers between the first and the last are tried too. */
  isContinuous: boolean;
  /** Value in the recipe, or the one that its run settled on. */
  usual: Value;
}

/** A setting that the user wants to vary; without values, over its default range. */
export interface Wish {
  key: string;
  values?: readonly Value[];
  isContinuous?: boolean;
}

/** `learning_rate`, `learning_rate=1e-5..1e-3` or `tuning.r=8,16,32`. @throws AttuneError E_USAGE */
export function readWish(text: string): Wish {
  const at = text.indexOf('=');
  if (at === -1) return { key: text };
  const [key, written] = [text.slice(0, at), text.slice(at + 1)];
  const ends = written.split('..');
  if (ends.length !== 2) return { key, values: written.split(',').map(readValue) };
  const values = ends.map(Number);
  if (values.every((value) => value > 0) && values[0] < values[1]) return { key, values, isContinuous: true };
  throw new AttuneError('E_USAGE', {
    what: `--vary ${text} is not a range`,
    expected: 'two numbers above 0, the lower one first, such as learning_rate=1e-5..1e-3',
  });
}

function readValue(text: string): Value {
  const word = text.trim();
  if (word === 'true' || word === 'false') return word === 'true';
  return word === '' || Number.isNaN(Number(word)) ? word : Number(word);
}

/** Keys to vary: those wished for, or all with a declared range. @throws AttuneError E_SEARCH_SPACE */
export function chosenKeys(
  recipe: Recipe,
  keys: RecipeKeys,
  wishes: readonly Wish[],
): { key: RecipeKey; wish?: Wish }[] {
  if (wishes.length === 0) {
    const ranged = keys.all.filter(({ search }) => search?.values !== undefined || search?.times !== undefined);
    return ranged.filter((key) => isRead(recipe, key)).map((key) => ({ key }));
  }
  const problems: Problem[] = [];
  const chosen = wishes.flatMap((wish) => {
    const found = [keys.at(wish.key) ?? keys.withLeaf(wish.key)].flat();
    const key = found.find((one) => isRead(recipe, one)) ?? found[0];
    const message = problemOf(wish, key, recipe);
    if (message !== undefined) problems.push({ field: wish.key, message });
    return message === undefined ? [{ key, wish }] : [];
  });
  if (problems.length === 0) return chosen;
  throw new AttuneError('E_SEARCH_SPACE', {
    what: 'Some settings cannot be varied',
    problems,
    fix: 'name keys of the recipe, with values: --vary tuning.r=8,16 --vary learning_rate=1e-5..1e-3',
  });
}

function problemOf({ values, isContinuous }: Wish, key: RecipeKey | undefined, recipe: Recipe): string | undefined {
  if (key === undefined) return 'is not a recipe key';
  if (!isRead(recipe, key)) return 'has no effect in this recipe';
  const usual = key.search?.values ?? key.search?.times;
  if (values === undefined) return usual === undefined ? 'has no usual range: name its values' : undefined;
  const wrong = isContinuous === true ? [] : values.filter((value) => !key.schema.safeParse(value).success);
  return wrong.length === 0 ? undefined : `cannot be ${wrong.map((value) => JSON.stringify(value)).join(', ')}`;
}

/** Whether a key affects the recipe: some tunings have no rank, and `max_steps` replaces epochs. */
function isRead(recipe: Recipe, { path, methods }: RecipeKey): boolean {
  if (path === 'training.epochs') return recipe.training.max_steps === null;
  return methods === undefined || valueAt(recipe, path) !== undefined;
}

/** Ranges around the values of the recipe's own run. */
export function dimensionsOf(
  recipe: Recipe,
  settled: SettledTraining,
  chosen: readonly { key: RecipeKey; wish?: Wish }[],
): Dimension[] {
  return chosen.map(({ key: { path, search }, wish }) => {
    const usual = usualValue(recipe, settled, path);
    const { stage = 3, times, isContinuous = false } = search ?? {};
    const around = times?.map((factor) => rounded(Number(usual) * factor));
    const values = wish?.values ?? search?.values ?? around ?? [];
    return {
      path,
      stage,
      values,
      isContinuous: wish?.values === undefined ? isContinuous : wish.isContinuous === true,
      usual,
    };
  });
}

function usualValue(recipe: Recipe, settled: SettledTraining, path: string): Value {
  const leaf = path.slice('training.'.length);
  if (path.startsWith('training.') && leaf in settled) return settled[leaf as keyof SettledTraining];
  return (valueAt(recipe, path) ?? null) as Value;
}

function valueAt(recipe: Recipe, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (isPlainObject(value) ? value[name] : undefined), recipe);
}

/** Two significant digits: more make no difference. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

const isScale = ({ values }: Dimension): boolean => values.every((value) => typeof value === 'number');

export function axesOf(dimensions: readonly Dimension[]): Axis[] {
  return dimensions.map((one) => (isScale(one) ? { kind: 'line' } : { kind: 'choice', count: one.values.length }));
}

export function valuesAt(dimensions: readonly Dimension[], point: Point): Values {
  return Object.fromEntries(dimensions.map((one, i) => [one.path, valueOf(one, point[i])]));
}

function valueOf(dimension: Dimension, at: number): Value {
  const { values, isContinuous } = dimension;
  if (!isScale(dimension)) return values[at];
  if (!isContinuous) return values[Math.round(at * (values.length - 1))];
  const [low, high] = [Number(values[0]), Number(values.at(-1))];
  return rounded(low * (high / low) ** at);
}

/** The point of some values; a value outside the range is at its nearest end. */
export function pointOf(dimensions: readonly Dimension[], values: Values): Point {
  return dimensions.map((one) => placeOf(one, entryOf(values, one.path) ?? one.usual));
}

function placeOf(dimension: Dimension, value: Value): number {
  const { values, isContinuous } = dimension;
  if (!isScale(dimension)) return Math.max(0, values.indexOf(value));
  const scale = values.map((one) => Math.log(Number(one)));
  const at = Math.log(Number(value));
  const span = scale.at(-1)! - scale[0];
  if (isContinuous) return span === 0 ? 0 : Math.min(1, Math.max(0, (at - scale[0]) / span));
  const distances = scale.map((one) => Math.abs(one - at));
  return scale.length === 1 ? 0 : distances.indexOf(smallest(distances)) / (scale.length - 1);
}
