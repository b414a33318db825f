import { readFileSync } from 'node:fs';
import { AttuneError } from '../base/errors.ts';
import { writeFileAtomic } from './atomic.ts';
import { readFailure } from './bytes.ts';
import { parseWithSpellings, stringifyAsWritten } from './written-numbers.ts';

/** Maximum nesting depth, as in serde_json: recursion over deeper values would overflow the stack. */
const MOST_LEVELS = 128;

/** Whether a text may contain numbers beyond the range of f64, which JSON.parse turns into Infinity. */
const HUGE_NUMBER = /\d[eE]\+?\d{3}|\d{200}/;

/**
 * Parses untrusted JSON. All JSON is read by this function.
 * @throws SyntaxError if it is not JSON, has more than 128 levels, or a number beyond ±1.8e308
 */
export function parseJson<T = unknown>(text: string): T {
  return parseBy(JSON.parse, text) as T;
}

/** Like parseJson, but preserves how numbers are written: 1.0 is not an integer to a template or to transformers. */
export function parseJsonAsWritten<T = unknown>(text: string): T {
  return parseBy(parseWithSpellings, text) as T;
}

function parseBy(parse: (text: string) => unknown, text: string): unknown {
  if (isDeeper(text, MOST_LEVELS))
    throw new SyntaxError(`lists and objects nested more than ${MOST_LEVELS} levels deep`);
  const value = parse(text);
  if (HUGE_NUMBER.test(text)) refuseInfinite(value);
  return value;
}

/** Whether `parseJson` accepts a text. */
export function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

function isDeeper(text: string, most: number): boolean {
  if (text.length <= most) return false;
  let levels = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === LIST || code === OBJECT) {
      if (++levels > most) return true;
    } else if (code === LIST_END || code === OBJECT_END) levels--;
  }
  return false;
}

/** Position of the closing quote of a string, or of the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}

function refuseInfinite(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new SyntaxError('a number beyond ±1.8e308');
  if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) refuseInfinite(one);
}

/** Reads a JSON file; a missing or malformed one is an error that names it. */
export function readJson<T = unknown>(path: string, parse: (text: string) => unknown = parseJson): T {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw readFailure(path, error);
  }
  try {
    return parse(text) as T;
  } catch (error) {
    throw new AttuneError('E_BAD_JSON', {
      what: `${path} is not valid JSON`,
      got: (error as Error).message,
      fix: 'the file may be truncated: fetch or write it again',
      cause: error,
    });
  }
}

export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${stringifyAsWritten(value, 2)}\n`);
}
