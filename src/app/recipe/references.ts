import { existsSync } from 'node:fs';
import { hashReference, parseReference } from '../../train/reference.ts';

/** A reference inside a recipe: its text and the value's place. */
export interface FoundReference {
  text: string;
  path: (string | number)[];
}

/** Every `./file.ts#name` in a plain value. */
export function findReferences(value: unknown, path: (string | number)[] = []): FoundReference[] {
  if (typeof value === 'string') return parseReference(value) === undefined ? [] : [{ text: value, path }];
  if (Array.isArray(value)) return value.flatMap((item, index) => findReferences(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => findReferences(item, [...path, key]));
}

/** The hash of a reference's code, or undefined where the file is missing. */
export function hashOfReference(text: string): string | undefined {
  const reference = parseReference(text);
  return reference !== undefined && existsSync(reference.file) ? hashReference(reference) : undefined;
}
