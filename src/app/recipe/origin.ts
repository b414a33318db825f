import type { Problem } from '../../base/errors.ts';

export type TreePath = readonly (string | number)[];

/** Where a recipe comes from, so that a message can name the line. */
export interface RecipeOrigin {
  file?: string;
  /** 1-based line of the value at this path of the file, or of its nearest container that is written there. */
  lineOf(path: TreePath): number | undefined;
}

/** A recipe that is a value in a program. */
export const noOrigin: RecipeOrigin = { lineOf: () => undefined };

/** One key as the user wrote it. */
export interface Written {
  /** `num_train_epochs`, `training.epochs`, or `--epochs`. */
  name: string;
  /** Its place in the file; undefined for a flag. */
  path?: TreePath;
}

export function problemAt(origin: RecipeOrigin, written: Written, message: string, fix?: string): Problem {
  const place = placeOf(origin, written);
  return { ...place, field: written.name, message, ...(fix === undefined ? {} : { fix }) };
}

/** `recipe.yaml:7 epochs`, or `--epochs`. */
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
