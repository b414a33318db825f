import type { OptionInputs } from '../../methods/method.ts';
import { objectives, type ObjectiveTable } from '../objectives/index.ts';
import { storages, type StorageTable } from '../../methods/storages/index.ts';
import { tunings, type TuningTable } from '../../methods/tunings/index.ts';
import { updates, type UpdateTable } from '../optimizers/index.ts';

/** The four axes of a run, by their position in the recipe. */
export const methodOptions = { tuning: tunings, storage: storages, objective: objectives, optimizer: updates };

export type Axis = keyof typeof methodOptions;

/** Accepted options of each method, so that `defineRecipe` is typed. */
export interface MethodOptionInputs {
  tuning: OptionInputs<TuningTable>;
  storage: OptionInputs<StorageTable>;
  objective: OptionInputs<ObjectiveTable>;
  optimizer: OptionInputs<UpdateTable>;
}
