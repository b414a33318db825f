import type { z } from 'zod';
import { nearest } from '../../base/nearest.ts';
import { sourceKeys } from '../../train/recipe.ts';
import { isPlainObject } from './settings.ts';

/** What is wrong with one value, in words a user of the recipe understands. */
export interface ValueFault {
  /** From the checked object. */
  path: (string | number)[];
  message: string;
  fix?: string;
}

export const missing = 'is missing';

type Issue = z.core.$ZodIssue;

/** Turns the schema's issues into sentences; `root` is the value that was checked. */
export function describeIssues(issues: readonly Issue[], root: unknown): ValueFault[] {
  return issues.flatMap((issue) => describeIssue(issue, root));
}

function describeIssue(issue: Issue, root: unknown): ValueFault[] {
  const path = issue.path as (string | number)[];
  const value = valueAt(root, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => describeUnknown(path, key));
  if (issue.code === 'invalid_union') return describeUnion(issue, path, value);
  if (value === undefined) return [{ path, message: missing }];
  return [{ path, ...describeValue(issue, value) }];
}

/** Sets of rows are the one place where the schema itself meets unknown keys; the rest is read before. */
function describeUnknown(path: readonly (string | number)[], key: string): ValueFault {
  const close = nearest(key, sourceKeys);
  const fix = close === undefined ? `known are ${sourceKeys.join(', ')}` : `did you mean ${close}?`;
  return { path: [...path, key], message: 'is unknown', fix };
}

function describeValue(issue: Issue, value: unknown): { message: string; fix?: string } {
  const got = `, got ${shortJson(value)}`;
  switch (issue.code) {
    case 'invalid_value': {
      const known = issue.values.map(String);
      const close = nearest(String(value), known);
      const fix = close === undefined ? undefined : `did you mean ${close}?`;
      return { message: `must be ${known.join(', ')}${got}`.replace(/, (?=[^,]*, got)/, ' or '), fix };
    }
    case 'invalid_type':
      return {
        message: `must be ${typeNames[issue.expected] ?? issue.expected}${got}`,
        fix: unquoted(issue.expected, value),
      };
    case 'too_small':
      if (issue.origin !== 'number') return { message: `must not be empty` };
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

/** A number in quotes is a frequent slip. */
function unquoted(expected: string, value: unknown): string | undefined {
  if (typeof value !== 'string' || (expected !== 'number' && expected !== 'int')) return undefined;
  return value.trim() !== '' && Number.isFinite(Number(value)) ? 'remove the quotes' : undefined;
}

/** Shows the branch that the value was meant for: the one that failed deeper than at its type. */
function describeUnion(
  issue: Issue & { code: 'invalid_union' },
  path: (string | number)[],
  value: unknown,
): ValueFault[] {
  if (value === undefined) return [{ path, message: missing }];
  const meant = issue.errors.find((branch) => branch.every((inner) => inner.path.length > 0 || isRange(inner)));
  if (meant !== undefined && (isPlainObject(value) || Array.isArray(value) || meant.every(isRange))) {
    return describeIssues(meant, value).map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
  }
  const wanted = issue.message.replace(/^expected /, '');
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
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}
