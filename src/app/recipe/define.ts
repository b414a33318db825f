import type { MethodOptionInputs } from '../../methods/options.ts';
import type { BaseRecipeInput } from '../../train/recipe.ts';

type AxisInput<Table, NameKey extends string> =
  | keyof Table
  | { [Name in keyof Table]: Record<NameKey, Name> & Table[Name] }[keyof Table];

/** What one writes in a recipe: short forms and defaults allowed, options typed by the chosen method. */
export interface RecipeInput extends Omit<BaseRecipeInput, 'tuning' | 'storage' | 'objective' | 'training'> {
  tuning?: AxisInput<MethodOptionInputs['tuning'], 'method'>;
  storage?: AxisInput<MethodOptionInputs['storage'], 'name'>;
  objective?: AxisInput<MethodOptionInputs['objective'], 'name'>;
  training?: Omit<NonNullable<BaseRecipeInput['training']>, 'optimizer'> & {
    optimizer?: AxisInput<MethodOptionInputs['optimizer'], 'name'>;
  };
}

/** Types a recipe that is written in TypeScript: `export default defineRecipe({ … })`. */
export function defineRecipe(recipe: RecipeInput): RecipeInput {
  return recipe;
}
