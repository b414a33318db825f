import type { RowShape } from '../../data/index.ts';
import { formats } from '../../data/formats/index.ts';
import type { Recipe } from '../../train/recipe.ts';
import type { ResultNotesFile } from './result-notes.ts';

/** How the training rows of a recipe were read, for rows that are laid out like them; `format`: what was detected. */
export function recipeShapes({ data }: Pick<Recipe, 'data'>, format?: string): RowShape[] {
  const shapes = data.train.map((source): RowShape => {
    const named = source.format ?? data.format ?? format;
    const columns = source.columns ?? data.columns ?? undefined;
    return { ...(named !== undefined && { format: named }), ...(columns && { columns }) };
  });
  // A function of the user's reads its own files only.
  const known = shapes.filter((shape) => shape.format !== undefined && formats.has(shape.format));
  return [...new Map(known.map((shape) => [JSON.stringify(shape), shape])).values()];
}

/** The same of a result's notes; none for models of others. */
export function notedShapes(notes: ResultNotesFile | undefined): RowShape[] {
  const { data } = (notes?.recipe ?? {}) as Partial<Recipe>;
  return data === undefined ? [] : recipeShapes({ data }, notes?.format);
}
