import type { BaseRecipeInput } from '../../methods/recipe/base-recipe.ts';
import type { Rows } from '../rows/rows.ts';
import type { SourceSettings } from './recipe-input.generated.ts';

/** Rows in memory, with the settings that an entry for a file may have. */
export interface RowSource extends Omit<SourceSettings, 'path'> {
  /** An array, a generator or a stream of plain objects. */
  rows: Rows;
}

/** A file, folder or glob; a list of them with weights; or rows in memory. */
export type DataInput =
  | Exclude<BaseRecipeInput['data']['train'], object>
  | SourceSettings
  | Rows
  | RowSource
  | readonly (string | SourceSettings | RowSource)[];
