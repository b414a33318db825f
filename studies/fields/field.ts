import { join } from 'node:path';
import { resolveRecipe, type RecipeInput } from '../../src/app/index.ts';
import { writeJson } from '../../src/files/json.ts';
import type { Comparison } from '../../src/store/results.ts';
import type { Setting, Table } from '../example.ts';
import { trainWhole } from '../train-whole.ts';

/** A field of work: a task on data that installs by name, and every way to solve it, measured on the same rows. */
export interface Field {
  /** Title for people. */
  title: string;
  /** The task, the data with its licence, and whether it is made up. */
  about: string;
  /** Conclusion from the figures of docs/fields.md, for readers who have such a task. */
  learnt: string;
  measure(setting: Setting): Promise<FieldFindings>;
}

export interface FieldFindings {
  comparison: Comparison;
  /** Sentences with further figures. */
  further?: readonly string[];
  table?: Table;
}

/** A recipe without the keys that `tuneField` sets. */
export type FieldRecipe = Omit<RecipeInput, 'model' | 'output_dir' | 'report_to'> & { model?: string };

/** Systems that query a language model without training it, and cheap systems. */
export const RIVALS: ('prompted' | 'few_shot' | 'retrieved' | 'searched' | 'cheap')[] = [
  'prompted',
  'few_shot',
  'retrieved',
  'cheap',
];

export function fieldFolder(name: string, { folder }: Pick<Setting, 'folder'>): string {
  return join(folder, 'fields', name);
}

/** Trains a recipe, which stays next to its rows (`attune train FOLDER/recipe.json`), and reads the verdict of the run. */
export async function tuneField(name: string, recipe: FieldRecipe, setting: Setting) {
  const folder = fieldFolder(name, setting);
  const input = { model: 'attune-base', ...recipe, report_to: [], output_dir: join(folder, 'run') };
  writeJson(join(folder, 'recipe.json'), input);
  const { comparison } = await trainWhole(await resolveRecipe(input));
  return { comparison: comparison!, run: input.output_dir };
}
