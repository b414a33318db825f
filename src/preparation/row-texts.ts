/** The texts of a row, whatever its columns: read and changed by cleaning steps. */
import { z } from 'zod';
import { FLAGS } from '../data/index.ts';
import type { DataRow } from '@attune/documents';

/** Keys whose strings are names rather than prose. */
const NAMES = new Set(['role', 'name', 'id', 'tool_call_id', 'type', FLAGS]);

/** Columns of known formats that models read or learn; others are metadata. */
const READ = [
  ['text', 'content', 'document'],
  ['messages', 'conversations', 'prompt', 'completion', 'instruction', 'input', 'output', 'question', 'answer'],
  ['context', 'response', 'chosen', 'rejected', 'anchor', 'positive', 'sentence1', 'sentence2', 'title', 'summary'],
].flat();

/** Option: the columns that a step examines, compares or measures. */
export const columnsOption = (use: string) =>
  z.array(z.string()).nullable().default(null).describe(`columns to ${use}; null: those that models read`);

/** The row with each text mapped; the same row if nothing changed. */
export function mapTexts(row: DataRow, change: (text: string) => string): DataRow {
  const values = mapValue(row.values, change) as Record<string, unknown>;
  return values === row.values ? row : { ...row, values };
}

function mapValue(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const changed = value.map((one) => mapValue(one, change));
    return changed.some((one, index) => one !== value[index]) ? changed : value;
  }
  const entries = Object.entries(value).map(([key, one]) => {
    return [key, NAMES.has(key) ? one : mapValue(one, change)] as const;
  });
  const old = value as Record<string, unknown>;
  return entries.some(([key, one]) => one !== old[key]) ? Object.fromEntries(entries) : value;
}

/** A row's texts joined by line breaks: of the given columns, otherwise those that models read, otherwise all. */
export function textOfRow({ values }: DataRow, columns: readonly string[] | null = null): string {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (Array.isArray(value)) for (const one of value) collect(one);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) if (!NAMES.has(key)) collect(one);
    }
  };
  const read = columns ?? READ.filter((column) => Object.hasOwn(values, column));
  collect(read.length === 0 ? values : read.map((column) => values[column]));
  return texts.join('\n');
}

/** The row with a name added to its flags, once. */
export function withFlag(row: DataRow, flag: string): DataRow {
  const flags = (row.values[FLAGS] as readonly string[] | undefined) ?? [];
  return flags.includes(flag) ? row : { ...row, values: { ...row.values, [FLAGS]: [...flags, flag] } };
}
