import { AttuneError } from '../base/errors.ts';
import { flagName } from '../base/flag-name.ts';
import type { Recipe } from '../training/recipe/recipe.ts';
import { requireShareable } from './followers.ts';
import { placeProblems, resolveRecipe, resolveRecipeFile, type RecipeInput } from './recipe/index.ts';
import type { useCase } from './use-cases/train.ts';
import type { CallOptions } from './use-cases/use-case.ts';

type Wanted = string | RecipeInput | Recipe | undefined;
type Options = CallOptions<typeof useCase>;

/** Resolves a recipe or its file with flags and trains it; errors about a file name its lines. */
export async function trainRecipe<Outcome>(
  wanted: Wanted,
  options: Options,
  start: (recipe: Recipe) => Promise<Outcome>,
): Promise<Outcome> {
  refuseContradictions(options);
  requireShareable(options);
  const recipe = await resolveWanted(wanted, options);
  try {
    return await start(recipe);
  } catch (error) {
    throw typeof wanted === 'string' ? await placeProblems(error, wanted, options.flags ?? {}) : error;
  }
}

async function resolveWanted(wanted: Wanted, options: Options): Promise<Recipe> {
  const { flags = {}, overwrite, resume, onNotice } = options;
  const outputFolder = overwrite === true ? undefined : resume === true ? 'latest' : 'new';
  const resolving = { flags, outputFolder, onNotice } as const;
  if (typeof wanted === 'string') return resolveRecipeFile(wanted, resolving);
  if (wanted !== undefined || Object.keys(flags).length > 0) return resolveRecipe(wanted ?? {}, resolving);
  throw new AttuneError('E_USAGE', {
    what: 'There is no recipe',
    expected: 'attune train RECIPE, or flags such as --model FOLDER --train FILE',
    fix: 'attune init FILE writes a recipe for your data',
  });
}

/** Options that exclude each other: a profile covers the first steps, and is shown where the run is watched. */
const exclusive = [
  ['dryRun', 'detach', 'inProcess'],
  ['profile', 'dryRun'],
  ['profile', 'detach'],
  ['profile', 'resume'],
  ['overwrite', 'resume'],
  ['overwrite', 'dryRun'],
  ['queue', 'dryRun'],
] as const;

function refuseContradictions(options: Options): void {
  for (const group of exclusive) {
    const given = group.filter((name) => options[name] === true);
    if (given.length < 2) continue;
    const flags = given.map(flagName);
    throw new AttuneError('E_USAGE', { what: `${flags.join(' and ')} cannot be combined`, fix: 'choose one' });
  }
}
