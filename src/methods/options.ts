import type { OptionInputs } from '../train/method.ts';
import { objectives, type ObjectiveTable } from './objectives/index.ts';
import { storages, type StorageTable } from './storage/index.ts';
import { tunings, type TuningTable } from './tuning/index.ts';
import { updates, type UpdateTable } from './update/index.ts';

/** The four axes of a run, by their place in the recipe. */
export const methodOptions = { tuning: tunings, storage: storages, objective: objectives, optimizer: updates };

export type Axis = keyof typeof methodOptions;

/** Accepted options of each method, so that `defineRecipe` is typed. */
export interface MethodOptionInputs {
  tuning: OptionInputs<TuningTable>;
  storage: OptionInputs<StorageTable>;
  objective: OptionInputs<ObjectiveTable>;
  optimizer: OptionInputs<UpdateTable>;
}
