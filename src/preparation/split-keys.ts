/** Split keys of rows, stored separately if a step removes them from the values. */
import { timeIn } from '../data/index.ts';
import { sha256 } from '../files/hash.ts';

/** Columns used for splitting; a dotted path reaches into objects. */
export interface SplitColumns {
  time?: string;
  /** Rows with an equal value in any of these stay together. */
  groups: readonly string[];
}

/** Per column, the time in milliseconds or a hash of the group value; missing values are left out. */
export function splitKeysOf(values: Record<string, unknown>, { time, groups }: SplitColumns): Record<string, unknown> {
  const found = groups.map((column) => [column, valueAt(values, column)] as const);
  const hashed = found
    .filter(([, value]) => !isEmpty(value))
    .map(([column, value]) => [column, sha256(groupOf(value))]);
  const at = time === undefined ? undefined : timeIn(valueAt(values, time));
  return { ...Object.fromEntries(hashed), ...(at !== undefined && { [time!]: at }) };
}

/** Equal texts for equal values. */
export function groupOf(value: unknown): string {
  return JSON.stringify(value);
}

export function valueAt(values: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(values, path)) return values[path];
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], values);
}

export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
