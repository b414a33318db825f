import type { BaseRecipe } from '../../methods/recipe/base-recipe.ts';
import { hashReference, isFile, parseReference } from '../../training/reference.ts';

/** Something outside a recipe that the run depends on: how it is written, the value's place, and its file. */
export interface FoundReference {
  text: string;
  path: (string | number)[];
  file: string;
}

/** Every `./file.ts#name`, and the template's file. */
export function findReferences({ references: _stored, ...recipe }: BaseRecipe): FoundReference[] {
  const { chat_template: template } = recipe.data;
  const functions = functionsIn(recipe, []);
  if (template === null || !isFile(template)) return functions;
  return [...functions, { text: template, path: ['data', 'chat_template'], file: template }];
}

function functionsIn(value: unknown, path: (string | number)[]): FoundReference[] {
  if (typeof value === 'string') {
    const reference = parseReference(value);
    return reference === undefined ? [] : [{ text: value, path, file: reference.file }];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => functionsIn(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => functionsIn(item, [...path, key]));
}

/** The hash of what is referred to, or undefined where the file is missing. */
export function hashOf({ file }: FoundReference): string | undefined {
  return isFile(file) ? hashReference({ file }) : undefined;
}
