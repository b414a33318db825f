import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { readJson } from '../../files/json.ts';

const MAX_RECIPE_BYTES = 1 << 20;

/** Whether a path is a recipe by its extension; a .json file must have `data` and `model`. */
export function isRecipe(path: string): boolean {
  const extension = extname(path).toLowerCase();
  if (['.yaml', '.yml', '.ts', '.mts', '.js', '.mjs'].includes(extension)) return true;
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (extension !== '.json' || size === 0 || size > MAX_RECIPE_BYTES) return false;
  const value = readJson(path);
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'data' in value && 'model' in value;
}
