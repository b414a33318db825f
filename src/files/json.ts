import { readFileSync } from 'node:fs';
import { AttuneError } from '../base/errors.ts';
import { writeFileAtomic } from './atomic.ts';
import { readFailure } from './bytes.ts';

/** Reads a JSON file; a missing or malformed one is an error that names it. */
export function readJson<T = unknown>(path: string): T {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw readFailure(path, error);
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new AttuneError('E_BAD_JSON', {
      what: `${path} is not valid JSON`,
      got: (error as Error).message,
      fix: 'the file may be cut off: fetch or write it again',
      cause: error,
    });
  }
}

export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
