import { table } from '../../base/table.ts';
import { basename, extname } from 'node:path';
import { nearest } from '../../base/nearest.ts';
import { hasCredentials } from '../../base/secrets.ts';
import { type Axis, methodOptions } from '../../training/recipe/options.ts';
import { metrics } from '../../scoring/metrics/index.ts';
import { sinks } from '../../jobs/report/sinks/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { recipeSchema, type BaseRecipe } from '../../methods/recipe/base-recipe.ts';
import { cheapModelOf, settleCheap } from './cheap-recipe.ts';
import { chooseMethod, type ChosenMethod } from './choose.ts';
import { FaultReporter } from './faults.ts';
import { isHeld } from '../rows/recipe-rows.ts';
import { readFlagText } from './flag-text.ts';
import { axisPlaces, type RecipeKeys } from './keys.ts';
import { parseReference } from '../../training/reference.ts';
import { findReferences, hashOf } from './references.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { type Settings } from './recipe-settings.ts';

/** Checks all settings; undefined if there are problems, which are then in `settings`. */
export async function checkSettings(settings: Settings, keys: RecipeKeys): Promise<Recipe | undefined> {
  const faults = new FaultReporter(settings, keys);
  settleCheap(settings);
  refusePasswords(settings);
  const methods = new Map<Axis, ChosenMethod>();
  for (const axis of Object.keys(methodOptions) as Axis[]) {
    const chosen = await chooseMethod(axis, settings, keys, faults);
    if (chosen !== undefined) methods.set(axis, chosen);
  }
  // If several methods set a default for a key, the first one applies, and the objective comes first.
  const ofObjective = methods.get('objective');
  applyRecipeDefaults(settings, [...(ofObjective === undefined ? [] : [ofObjective]), ...methods.values()]);
  settleWarmup(settings);
  checkStorage(settings, methods);
  checkPrivacy(settings, methods.get('optimizer'));
  checkNames(settings, 'report_to', sinks);
  checkNames(settings, 'evaluation.metrics', metrics);
  const base = baseTree(settings, keys);
  const parsed = recipeSchema.safeParse(base);
  if (!parsed.success) faults.report(parsed.error.issues, { root: base, schema: recipeSchema });
  const references = parsed.success ? hashReferences(parsed.data, settings) : {};
  if (!parsed.success || settings.problems.length > 0) return undefined;
  return withMethods({ ...parsed.data, references }, methods);
}

/** Recipes are stored with their runs, printed and shared, so they must not contain passwords. */
function refusePasswords(settings: Settings): void {
  for (const [path, { value, written }] of settings.entries()) {
    if (!/^(model|data\.)/.test(path) || !textsIn(value).some(hasCredentials)) continue;
    settings.problem(written, 'contains a password or key in a URL', 'remove it: recipes are stored with runs');
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function applyRecipeDefaults(settings: Settings, methods: readonly ChosenMethod[]): void {
  for (const { recipeDefaults } of methods) {
    for (const [name, value] of Object.entries(recipeDefaults.training ?? {})) {
      const path = `training.${name}`;
      if (settings.get(path) === undefined) settings.set(path, { value, written: { name: path } });
    }
  }
}

/** Rejects storages that process weights once, at loading, for tunings that change them. */
function checkStorage(settings: Settings, methods: ReadonlyMap<Axis, ChosenMethod>): void {
  const [storage, tuning] = [methods.get('storage'), methods.get('tuning')];
  if (storage?.declares.wantsKeptWeights !== true || tuning === undefined || tuning.declares.keepsWeights === true)
    return;
  const { written } = settings.get('storage.name')!;
  const what =
    `storage ${storage.name} rounds weights once, but tuning ${tuning.name} changes them or computes ` +
    'the frozen part only once';
  settings.problem(written, what, 'choose tuning: lora, or storage: dense');
}

/** Settings with which a row affects the result other than by its bounded, noisy gradient. */
const unprivate: readonly { path: string; isWrong(value: unknown): boolean; what: string; fix: string }[] = [
  {
    path: 'training.learning_rate',
    isWrong: (value) => value === 'auto',
    what: 'auto tries rates on the rows without noise',
    fix: 'set a rate, or remove it',
  },
  {
    path: 'data.long_rows',
    isWrong: (value) => value === 'split',
    what: 'split turns one row into several, which are bounded separately',
    fix: 'choose truncate or drop',
  },
  {
    path: 'continued_from',
    isWrong: (value) => value !== null && value !== undefined,
    what: 'the privacy cost of the earlier run is not included',
    fix: 'start a new run from the base model',
  },
];

function checkPrivacy(settings: Settings, optimizer: ChosenMethod | undefined): void {
  if (optimizer?.declares.isPrivate !== true) return;
  for (const { path, isWrong, what, fix } of unprivate) {
    const setting = settings.get(path);
    if (setting !== undefined && isWrong(setting.value))
      settings.problem(setting.written, `${what}, which is not possible with ${optimizer.name}`, fix);
  }
}

/** Sets the ratio to 0 if a number of warm-up steps is given, so that resolving a resolved recipe changes nothing. */
function settleWarmup(settings: Settings): void {
  const steps = settings.get('training.warmup_steps');
  const ratio = settings.get('training.warmup_ratio');
  if (steps === undefined || steps.value === null) return;
  const flagWins = steps.written.path === undefined && ratio?.written.path !== undefined;
  if (ratio !== undefined && ratio.value !== 0 && steps.value !== 0 && !flagWins) {
    settings.problem(steps.written, 'and warmup_ratio cannot both be set', 'keep one of them');
  }
  settings.delete('training.warmup_ratio');
  settings.set('training.warmup_ratio', { value: 0, written: steps.written });
}

/** Names of a registry's entries in `exact_match`, `field:exact_match`, {metric: exact_match, …} or {mean: [exact_match, …]}. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value === 'string') return parseReference(value) === undefined ? [value.split(':').at(-1)!] : [];
  return isPlainObject(value) ? namesIn([value.metric, value.mean]) : [];
}

interface Names {
  kind: string;
  names: readonly string[];
  has(name: string): boolean;
}

/** Reports unknown names now, not after the run has started. */
function checkNames(settings: Settings, path: string, known: Names): void {
  const setting = settings.get(path);
  for (const name of namesIn(setting?.value)) {
    if (name === 'auto' || name === 'none' || known.has(name)) continue;
    const close = nearest(name, known.names);
    const fix = close === undefined ? `choose one of ${known.names.join(', ')}` : `did you mean ${close}?`;
    settings.problem(setting!.written, `"${name}" is not a known ${known.kind}`, fix);
  }
}

/** The settings of every run as a tree for the schema, in which an axis only has its default name. */
function baseTree(settings: Settings, keys: RecipeKeys): Record<string, unknown> {
  const tree: Record<string, Record<string, unknown>> = table({
    data: {},
    training: {},
    evaluation: {},
    prompting: {},
    gate: {},
    checkpoints: {},
  });
  const axisPrefixes = Object.values(axisPlaces).map((place) => `${place.path}.`);
  const root: Record<string, unknown> = tree;
  for (const [path, setting] of settings.entries()) {
    if (axisPrefixes.some((prefix) => path.startsWith(prefix))) continue;
    const [first, second] = path.split('.');
    const value = readFlagText(setting, keys.at(path)!.schema);
    // own: keys of the recipe's schema
    if (second === undefined) root[first] = value;
    // own: keys of the recipe's schema
    else (tree[first] ??= {})[second] = value;
  }
  const cheap = cheapModelOf(settings);
  root.output_dir ??= `runs/${[defaultRunName(settings, tree.data.train), cheap].filter(Boolean).join('-')}`;
  return root;
}

/** The run's default name, from the recipe's file or otherwise from the data. */
function defaultRunName(settings: Settings, train: unknown): string {
  const first = [train].flat()[0] as string | { path?: string } | undefined;
  const given = typeof first === 'string' ? first : first?.path;
  const path = given !== undefined && isHeld(given) ? undefined : given;
  const names = [settings.origin.file, path].map((file) => file && basename(file, extname(file)));
  return names.find((name) => name !== undefined && /^[\w.-]+$/.test(name) && name !== 'recipe') ?? 'attune';
}

/** Adds the methods with their checked options; the only place where these become typed. */
function withMethods(recipe: BaseRecipe, methods: ReadonlyMap<Axis, ChosenMethod>): Recipe {
  const values = (axis: Axis) => methods.get(axis)!.values;
  return {
    ...recipe,
    tuning: values('tuning') as Recipe['tuning'],
    storage: values('storage') as Recipe['storage'],
    objective: values('objective') as Recipe['objective'],
    training: { ...recipe.training, optimizer: values('optimizer') as Recipe['training']['optimizer'] },
  };
}

/** Hashes of the code that a recipe refers to; code that has changed since the recipe was stored is an error. */
function hashReferences(recipe: BaseRecipe, settings: Settings): Record<string, string> {
  const stored = recipe.references;
  const hashes: Record<string, string> = table({});
  for (const reference of findReferences(recipe)) {
    const { text, path } = reference;
    const written = settings.get(path.slice(0, 2).join('.'))?.written ?? { name: path.join('.'), path };
    const hash = hashOf(reference);
    if (hash === undefined) {
      settings.problem(
        written,
        `"${text}" does not point to a file`,
        'give the path relative to the folder where attune runs',
      );
    } else if (Object.hasOwn(stored, text) && stored[text] !== hash) {
      settings.problem(written, `"${text}" has changed since this recipe was stored`, 'restore it, or start a new run');
    } else {
      hashes[text] = hash;
    }
  }
  return hashes;
}
