import { AttuneError } from '../base/errors.ts';
import { parseJsonAsWritten, readJson } from './json.ts';

/** Reads a JSON file with an object, preserving how its numbers are written; a list, number or null is an error that names it. */
export function readJsonObject(path: string): Record<string, unknown> {
  const value = readJson(path, parseJsonAsWritten);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new AttuneError('E_BAD_JSON', {
    what: `${path} holds no object`,
    got: Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`,
    expected: '{"name": value, …}',
    fix: 'fetch or write the file again',
  });
}
