import { AttuneError } from '../base/errors.ts';
import { parseJsonAsWritten, readJson } from './json.ts';

/** Matches strings, which are kept, and the float literals that Python writes although JSON has none. */
const PYTHON_FLOATS = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** Infinity and NaN become `{"__float__": "Infinity"}`, as transformers 5 writes them. */
function parsePythonJson(text: string): unknown {
  if (!/\b(?:Infinity|NaN)\b/.test(text)) return parseJsonAsWritten(text);
  const plain = text.replace(PYTHON_FLOATS, (part) => (part.startsWith('"') ? part : `{"__float__": "${part}"}`));
  return parseJsonAsWritten(plain);
}

/** Reads a JSON file with an object, preserving how its numbers are written; a list, number or null is an error that names it. */
export function readJsonObject(path: string): Record<string, unknown> {
  const value = readJson(path, parsePythonJson);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new AttuneError('E_BAD_JSON', {
    what: `${path} does not contain a JSON object`,
    got: Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`,
    expected: '{"name": value, …}',
    fix: 'fetch or write the file again',
  });
}
