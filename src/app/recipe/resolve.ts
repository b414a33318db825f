import { plural } from '../../base/format.ts';
import { AttuneError } from '../../base/errors.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { checkSettings } from './check-settings.ts';
import { holdRecipeRows } from '../rows/recipe-rows.ts';
import type { RecipeInput } from './recipe-input.generated.ts';
import { recipeKeys } from './keys.ts';
import { noOrigin, type RecipeOrigin } from './origin.ts';
import { freeRunFolder, latestRunFolder } from '../../store/numbered-folder.ts';
import { isProgram } from '../program-file.ts';
import { parseRecipeText, readRecipeFile } from './read-recipe.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import type { Settings } from './recipe-settings.ts';
import { type RecipeFlags, settle } from './settle-recipe.ts';

export interface ResolveOptions {
  /** File from which the input was read, for messages and the default output folder. */
  file?: string;
  /** Settings that override the input, by leaf name or dotted path; text is parsed as YAML. */
  flags?: RecipeFlags;
  /**
   * For a recipe without an output folder: `new` takes one that no run uses yet; `latest` takes that of the newest
   * run with the same name. Default: the usual folder, whatever its contents.
   */
  outputFolder?: 'new' | 'latest';
  /** Called with notices about renamed, moved and unnecessary keys, one line each. */
  onNotice?: (notice: string) => void;
}

/**
 * Checks a whole recipe and fills in all defaults. The input is a plain value, or YAML or JSON text. Rows in memory
 * are consumed here, once.
 * @throws AttuneError E_RECIPE with all problems at once
 */
export async function resolveRecipe(
  input: RecipeInput | Record<string, unknown> | string,
  options: ResolveOptions = {},
): Promise<Recipe> {
  if (typeof input !== 'string') {
    return resolveTree(await holdRecipeRows(input), { ...noOrigin, file: options.file }, options);
  }
  const { tree, origin } = await parseRecipeText(input, options.file);
  return resolveTree(tree, origin, options);
}

/** Reads and resolves a recipe file (.yaml, .json or .ts). */
export async function resolveRecipeFile(file: string, options: Omit<ResolveOptions, 'file'> = {}): Promise<Recipe> {
  const { tree, origin } = await readRecipeFile(file);
  return resolveTree(isProgram(file) ? await holdRecipeRows(tree) : tree, origin, options);
}

/** Canonical paths of all settings in a recipe and flags, in whatever form they are written. */
export async function settingPaths(input: Record<string, unknown>, flags: RecipeFlags): Promise<string[]> {
  const settings = await settle(input, noOrigin, flags, await recipeKeys());
  return [...settings.entries()].map(([path]) => path);
}

async function resolveTree(tree: unknown, origin: RecipeOrigin, options: ResolveOptions): Promise<Recipe> {
  const root = tree ?? {};
  if (!isPlainObject(root)) {
    const what = `${origin.file ?? 'The recipe'} contains no settings`;
    throw new AttuneError('E_RECIPE', { what, expected: 'model: …, data: {train: …}' });
  }
  const keys = await recipeKeys();
  const settings = await settle(root, origin, options.flags ?? {}, keys);
  const recipe = await checkSettings(settings, keys);
  if (recipe === undefined) throw refusal(settings);
  for (const notice of settings.notices) options.onNotice?.(notice);
  if (options.outputFolder === undefined || settings.get('output_dir') !== undefined) return recipe;
  return withFolder(recipe, options);
}

function withFolder(recipe: Recipe, { outputFolder, onNotice }: ResolveOptions): Recipe {
  const { output_dir: usual } = recipe;
  const folder = outputFolder === 'new' ? freeRunFolder(usual) : latestRunFolder(usual);
  if (folder !== usual) {
    onNotice?.(
      outputFolder === 'new'
        ? `${usual} contains a run: this one goes to ${folder} (output_dir sets another, --overwrite replaces it)`
        : `the newest run of this recipe is in ${folder}`,
    );
  }
  return { ...recipe, output_dir: folder };
}

function refusal({ problems, origin }: Settings): AttuneError {
  const count = problems.length === 1 ? 'a problem' : plural(problems.length, 'problems');
  return new AttuneError('E_RECIPE', {
    what: `${origin.file ?? 'The recipe'} has ${count}`,
    problems: problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  });
}
