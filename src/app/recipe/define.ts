import type { MethodOptionInputs } from '../../methods/options.ts';
import type { BaseRecipeInput } from '../../train/recipe.ts';
import type { Rows } from '../rows/rows.ts';

type AxisInput<Table, NameKey extends string> =
  | keyof Table
  | { [Name in keyof Table]: Record<NameKey, Name> & Table[Name] }[keyof Table];

type FileSources = BaseRecipeInput['data']['train'];
type OneSource = Exclude<FileSources, readonly unknown[]>;

/** Rows in memory with what a file's entry may say of it. */
export type RowSource = { rows: Rows } & Omit<Exclude<OneSource, string>, 'path'>;

/** Files, or rows in memory. */
export type DataInput = FileSources | Rows | RowSource | (OneSource | RowSource)[];

/** What one writes in a recipe: short forms and defaults allowed, options typed by the chosen method. */
export interface RecipeInput extends Omit<BaseRecipeInput, 'data' | 'tuning' | 'storage' | 'objective' | 'training'> {
  data: Omit<BaseRecipeInput['data'], 'train' | 'validation' | 'test'> & {
    train: DataInput;
    validation?: number | DataInput;
    test?: number | DataInput;
  };
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
