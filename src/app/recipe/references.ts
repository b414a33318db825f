import type { BaseRecipe } from '../../methods/recipe/base-recipe.ts';
import { hashReference, isFile, parseReference } from '../../training/reference.ts';

/** A reference to a file outside the recipe: its text, the path of the value, and the file. */
export interface FoundReference {
  text: string;
  path: (string | number)[];
  file: string;
}

/** All references of the form `./file.ts#name`, and the chat template's file. */
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

/** Hash of the file that is referred to; undefined if it is missing. */
export function hashOf({ file }: FoundReference): string | undefined {
  return isFile(file) ? hashReference({ file }) : undefined;
}
