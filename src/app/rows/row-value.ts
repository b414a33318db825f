import type { Problem } from '../../base/errors.ts';

/** Deeper than any real row, but low enough to detect a cyclic row before the stack overflows. */
const DEEPEST = 100;

/** A row as a line of JSON, or the values that JSON would silently lose or change. */
export function rowLine(row: unknown, place: string): { line: string } | { problems: Problem[] } {
  if (typeof row !== 'object' || row === null || Array.isArray(row) || isOpaque(row)) {
    const fix = 'give plain objects: {column: value, …}';
    return { problems: [{ field: place, message: `is ${nameOf(row)}, not a row`, fix }] };
  }
  const problems = [...lossesOf(row, place, 0)];
  return problems.length > 0 ? { problems } : { line: JSON.stringify(row) };
}

function* lossesOf(value: unknown, place: string, depth: number): Generator<Problem> {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    yield {
      field: place,
      message: `is ${value}`,
      fix: 'JSON does not have this number: use null, or remove the field',
    };
  } else if (['bigint', 'function', 'symbol'].includes(typeof value) || isOpaque(value)) {
    yield {
      field: place,
      message: `is ${nameOf(value)}`,
      fix: 'use text, numbers, booleans, null, lists and objects',
    };
  } else if (typeof value === 'object' && value !== null) {
    if (depth >= DEEPEST) {
      yield { field: place, message: `is nested ${DEEPEST} levels deep, or refers to itself`, fix: 'give a flat copy' };
    } else if (typeof (value as { toJSON?: unknown }).toJSON !== 'function')
      yield* lossesWithin(value, place, depth + 1);
  }
}

/** Undefined columns are omitted; elements of a list cannot be. */
function* lossesWithin(value: object, place: string, depth: number): Generator<Problem> {
  if (!Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value)) yield* lossesOf(inner, fieldOf(place, name), depth);
    return;
  }
  for (const [index, inner] of value.entries()) {
    const field = `${place}[${index}]`;
    if (inner === undefined) yield { field, message: 'is undefined', fix: 'use null, or remove it' };
    else yield* lossesOf(inner, field, depth);
  }
}

/** Path of a field: `rows[12].text`, `rows[12]["due date"]`. */
export function fieldOf(place: string, name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `${place}.${name}` : `${place}[${JSON.stringify(name)}]`;
}

/** Whether an object's content is invisible to JSON, or a date is invalid. */
function isOpaque(value: unknown): boolean {
  if (value instanceof Date) return Number.isNaN(value.getTime());
  const kinds = [Map, Set, WeakMap, WeakSet, Promise, RegExp, Error, ArrayBuffer];
  return ArrayBuffer.isView(value) || kinds.some((kind) => value instanceof kind);
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Date) return 'an invalid date';
  if (Array.isArray(value)) return 'a list';
  const name = typeof value === 'object' ? value.constructor.name : typeof value;
  return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;
}
