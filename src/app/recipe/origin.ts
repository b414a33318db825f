import type { Problem } from '../../base/errors.ts';

export type TreePath = readonly (string | number)[];

/** Source of a recipe, so that messages can name the line. */
export interface RecipeOrigin {
  file?: string;
  /** 1-based line of the value at a path of the file, or of its nearest container. */
  lineOf(path: TreePath): number | undefined;
}

/** Origin of a recipe that is a value in a program. */
export const noOrigin: RecipeOrigin = { lineOf: () => undefined };

/** One key as the user wrote it. */
export interface Written {
  /** Name, such as `num_train_epochs`, `training.epochs`, or `--epochs`. */
  name: string;
  /** Path in the file; undefined for a flag. */
  path?: TreePath;
}

export function problemAt(origin: RecipeOrigin, written: Written, message: string, fix?: string): Problem {
  const place = placeOf(origin, written);
  return { ...place, field: written.name, message, ...(fix === undefined ? {} : { fix }) };
}

/** Location for messages: `recipe.yaml:7 epochs`, or `--epochs`. */
export function describePlace(origin: RecipeOrigin, written: Written): string {
  const { file, line } = placeOf(origin, written);
  if (file === undefined) return written.name;
  return `${line === undefined ? file : `${file}:${line}`} ${written.name}`;
}

function placeOf(origin: RecipeOrigin, written: Written): { file?: string; line?: number } {
  if (written.path === undefined || origin.file === undefined) return {};
  const line = origin.lineOf(written.path);
  return line === undefined ? { file: origin.file } : { file: origin.file, line };
}
