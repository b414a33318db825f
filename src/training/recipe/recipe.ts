import type { BaseRecipe } from '../../methods/recipe/base-recipe.ts';
import type { ObjectiveTable } from '../objectives/index.ts';
import type { StorageTable } from '../../methods/storages/index.ts';
import type { TuningTable } from '../../methods/tunings/index.ts';
import type { UpdateTable } from '../optimizers/index.ts';

type Load = () => Promise<{ method: { settle(values: unknown): unknown } }>;
type Settled<File extends Load> = ReturnType<Awaited<ReturnType<File>>['method']['settle']>;
/** Methods without options contribute no properties. */
type OptionsOf<File extends Load> = Settled<File> extends Record<string, never> ? unknown : Settled<File>;

/** A method of an axis with its options: a union discriminated by name. */
type Choice<Table extends Record<keyof Table, Load>, Key extends string> = {
  [Name in keyof Table]: Record<Key, Name> & OptionsOf<Table[Name]>;
}[keyof Table];

export type TuningChoice = Choice<TuningTable, 'method'>;
export type StorageChoice = Choice<StorageTable, 'name'>;
export type ObjectiveChoice = Choice<ObjectiveTable, 'name'>;
export type OptimizerChoice = Choice<UpdateTable, 'name'>;

/**
 * A resolved recipe: all defaults filled in, short forms expanded, and method options validated. Stored as recipe.json
 * and in every checkpoint.
 */
export type Recipe = Omit<BaseRecipe, 'tuning' | 'storage' | 'objective' | 'training'> & {
  tuning: TuningChoice;
  storage: StorageChoice;
  objective: ObjectiveChoice;
  training: Omit<BaseRecipe['training'], 'optimizer'> & { optimizer: OptimizerChoice };
};
