import type { Example } from '../../data/index.ts';
import { readConfig } from '../../models/load-model.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { modelFolder } from '../../answering/model/base-model.ts';
import { resolveRecipe } from '../recipe/index.ts';
import { usualObjective } from '../usual-objective.ts';

/** Default objective. */
const DEFAULT = 'sft';

/**
 * Replaces the default objective, which suits only few kinds of rows, with the usual one for the rows and the model,
 * including its own defaults. @throws AttuneError E_MODEL_MISSING, E_RECIPE
 */
export async function advisedRecipe(recipe: Recipe, examples: readonly Example[]): Promise<Recipe> {
  const kind = examples[0]?.kind;
  if (recipe.objective.name !== DEFAULT || kind === undefined) return recipe;
  const { architectures = [] } = readConfig(modelFolder(recipe.model)) as { architectures?: string[] };
  const usual = usualObjective(kind, architectures);
  if (usual === undefined || usual.name === DEFAULT) return recipe;
  const { training: defaults } = await resolveRecipe({ model: recipe.model, data: { train: 'rows' } });
  const own = Object.entries(recipe.training).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key as keyof typeof defaults]),
  );
  return resolveRecipe({ ...recipe, objective: usual.name, training: Object.fromEntries(own) });
}
