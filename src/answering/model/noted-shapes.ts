import { formats } from '../../data/formats/index.ts';
import type { RowShape } from '../../data/index.ts';
import { notedRecipe } from './noted-recipe.ts';
import type { ResultNotesFile } from './result-notes.ts';

/** Layouts of a result's training rows, to recognise rows like them; empty for models that attune did not train. */
export function notedShapes(notes: ResultNotesFile | undefined): RowShape[] {
  const data = notedRecipe(notes)?.data;
  if (data === undefined) return [];
  const shapes = data.train.map((source): RowShape => {
    const format = source.format ?? data.format ?? notes?.format;
    const columns = source.columns ?? data.columns ?? undefined;
    return { ...(format !== undefined && { format }), ...(columns && { columns }) };
  });
  const known = shapes.filter(({ format, columns }) => {
    // A user-defined format function only reads its own files.
    return format === undefined ? columns !== undefined : formats.has(format);
  });
  return [...new Map(known.map((shape) => [JSON.stringify(shape), shape])).values()];
}
