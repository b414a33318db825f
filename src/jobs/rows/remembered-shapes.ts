import { formats } from '../../data/formats/index.ts';
import type { KnownShapes, RowShape } from '../../data/index.ts';
import { displayPath } from '../../files/find-files.ts';
import type { Recipe } from '../../train/recipe.ts';
import { resultFolder } from '../model/result-folder.ts';
import { readNotes, type ResultNotesFile } from '../model/result-notes.ts';

/** How the training rows of a result were laid out, for rows like them; none for models of others. */
export function notedShapes(notes: ResultNotesFile | undefined): RowShape[] {
  const { data } = (notes?.recipe ?? {}) as Partial<Recipe>;
  if (data === undefined) return [];
  const shapes = data.train.map((source): RowShape => {
    const format = source.format ?? data.format ?? notes?.format;
    const columns = source.columns ?? data.columns ?? undefined;
    return { ...(format !== undefined && { format }), ...(columns && { columns }) };
  });
  const known = shapes.filter(({ format, columns }) => {
    // A function of the user's reads its own files only.
    return format === undefined ? columns !== undefined : formats.has(format);
  });
  return [...new Map(known.map((shape) => [JSON.stringify(shape), shape])).values()];
}

/**
 * What rows for some models are expected to look like: those that they were trained on. Rows that look otherwise are
 * recognised by their columns. Undefined where nothing is known. @throws AttuneError E_MODEL_MISSING, E_RUN_UNFINISHED
 */
export function rememberedShapes(targets: readonly string[]): KnownShapes | undefined {
  const distinct = [...new Set(targets)];
  const shapes = distinct.flatMap((target) => notedShapes(readNotes(resultFolder(target))));
  return shapes.length === 0
    ? undefined
    : { shapes, origin: distinct.map((target) => displayPath(target, process.cwd())).join(', ') };
}
