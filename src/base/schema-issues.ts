/** Describes validation errors in sentences for the user who wrote the value. */
import type { z } from 'zod';
import type { Problem } from './errors.ts';
import { nearest } from './nearest.ts';
import { isPlainObject } from './plain-object.ts';

/** Fault of one value. */
export interface ValueFault {
  /** Path from the checked object. */
  path: (string | number)[];
  message: string;
  fix?: string;
}

export const missing = 'is missing';

type Issue = z.core.$ZodIssue;

/** The checked value and its schema. */
export interface Checked {
  root: unknown;
  schema: z.core.$ZodType;
}

/** Beginnings of zod's default messages. */
const STANDARD = /^(?:Invalid |Too (?:small|big): |Unrecognized |Required$)/;

function ownWords({ code, message }: Issue, value: unknown): string {
  return code === 'custom' && value !== undefined ? `${message}, got ${shortJson(value)}` : message;
}

/** A schema's issues as problems with dotted fields that start with `prefix`. */
export function problemsOf(issues: readonly Issue[], { prefix, ...checked }: Checked & { prefix?: string }): Problem[] {
  return describeIssues(issues, checked).map(({ path, ...fault }) => {
    const field = [...(prefix === undefined ? [] : [prefix]), ...path].join('.');
    return { ...(field !== '' && { field }), ...fault };
  });
}

/** Turns the schema's issues into sentences. */
export function describeIssues(issues: readonly Issue[], { root, schema }: Checked): ValueFault[] {
  return issues.flatMap((issue) => describeIssue(issue, { root, schema }));
}

function describeIssue(issue: Issue, { root, schema }: Checked): ValueFault[] {
  const path = issue.path as (string | number)[];
  const value = valueAt(root, path);
  if (issue.code === 'unrecognized_keys') {
    const known = [...new Set(keysAt(schema, path))];
    return issue.keys.map((key) => describeUnknown(path, key, known));
  }
  if (issue.code === 'invalid_union') return describeUnion(issue, path, { root, schema });
  // Custom messages of a schema are kept.
  if (!STANDARD.test(issue.message)) return [{ path, message: ownWords(issue, value) }];
  if (value === undefined) return [{ path, message: missing }];
  return [{ path, ...describeValue(issue, value) }];
}

function describeUnknown(path: readonly (string | number)[], key: string, known: readonly string[]): ValueFault {
  const close = nearest(key, known);
  const fix = close === undefined ? `known are ${known.join(', ')}` : `did you mean ${close}?`;
  return { path: [...path, key], message: 'is unknown', fix };
}

/** Parts of a zod schema needed to list known keys. */
interface Made {
  type: string;
  innerType?: z.core.$ZodType;
  in?: z.core.$ZodType;
  shape?: Record<string, z.core.$ZodType>;
  element?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
  options?: readonly z.core.$ZodType[];
}

/** Keys that a schema allows at a path. */
function keysAt(schema: z.core.$ZodType, path: readonly (string | number)[]): string[] {
  const made = schema._zod.def as unknown as Made;
  const inner = made.innerType ?? made.in;
  if (inner !== undefined) return keysAt(inner, path);
  if (made.options !== undefined) return made.options.flatMap((option) => keysAt(option, path));
  if (path.length === 0) return Object.keys(made.shape ?? {});
  // own: the shapes are those of attune's own schemas
  const next = typeof path[0] === 'number' ? made.element : (made.shape?.[path[0]] ?? made.valueType);
  return next === undefined ? [] : keysAt(next, path.slice(1));
}

function describeValue(issue: Issue, value: unknown): { message: string; fix?: string } {
  const got = `, got ${shortJson(value)}`;
  switch (issue.code) {
    case 'invalid_value': {
      const known = issue.values.map(String);
      const close = typeof value === 'string' ? nearest(value, known) : undefined;
      const fix = close === undefined ? undefined : `did you mean ${close}?`;
      return { message: `must be ${known.join(', ')}${got}`.replace(/, (?=[^,]*, got)/, ' or '), fix };
    }
    case 'invalid_type':
      return {
        message: `must be ${typeNames[issue.expected] ?? issue.expected}${got}`,
        fix: unquoted(issue.expected, value),
      };
    case 'too_small':
      if (issue.origin !== 'number')
        return { message: issue.minimum > 1 ? `must have at least ${issue.minimum}${got}` : `must not be empty` };
      return { message: `must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}${got}` };
    case 'too_big':
      return { message: `must be ${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}${got}` };
    default:
      return { message: `${issue.message}${got}` };
  }
}

const typeNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings',
  record: 'a group of names and values',
};

/** Quoted numbers are a frequent mistake. */
function unquoted(expected: string, value: unknown): string | undefined {
  if (typeof value !== 'string' || (expected !== 'number' && expected !== 'int')) return undefined;
  return value.trim() !== '' && Number.isFinite(Number(value)) ? 'remove the quotes' : undefined;
}

/** Reports the branch of the union that failed deepest, which is most likely the one intended. */
function describeUnion(
  issue: Issue & { code: 'invalid_union' },
  path: (string | number)[],
  { root, schema }: Checked,
): ValueFault[] {
  const value = valueAt(root, path);
  if (value === undefined) return [{ path, message: missing }];
  const meant = issue.errors.find((branch) => branch.every((inner) => inner.path.length > 0 || isRange(inner)));
  if (meant !== undefined && (isPlainObject(value) || Array.isArray(value) || meant.every(isRange))) {
    const whole = meant.map((inner) => ({ ...inner, path: [...path, ...inner.path] }));
    return describeIssues(whole, { root, schema });
  }
  if (STANDARD.test(issue.message)) return [{ path, message: `is not a known value, got ${shortJson(value)}` }];
  const wanted = issue.message.replace(/^(?:expected|must be) /, '');
  return [{ path, message: `must be ${wanted}, got ${shortJson(value)}` }];
}

function isRange(issue: Issue): boolean {
  return issue.code === 'too_small' || issue.code === 'too_big' || issue.code === 'unrecognized_keys';
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], root);
}

const MAX_SHOWN = 60;

function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}
