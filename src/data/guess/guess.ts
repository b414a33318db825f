import type { ColumnMapping, ColumnSource } from '../columns.ts';
import type { FormatName } from '../formats/index.ts';
import type { ColumnProfile } from './column-profile.ts';

/** An interpretation of a table: the role of each column. */
export interface Guess {
  format: FormatName;
  columns: ColumnMapping;
  /** Input columns, and the target; no target if the text itself is learnt. */
  text: readonly string[];
  target?: string;
  /** Between 0 and 1. */
  score: number;
  /** Explanations, one sentence each. */
  reasons: readonly string[];
}

/** Columns named by the user. */
export interface ColumnWish {
  text?: readonly string[];
  label?: string;
  answer?: string;
  format?: string;
}

/** A single column as it is; several joined, with their names unless all are text. */
export function joined(columns: readonly ColumnProfile[]): ColumnSource {
  const names = columns.map(({ name }) => name);
  if (names.length === 1 && columns[0].kind === 'text') return names[0];
  return columns.some(({ kind }) => kind !== 'text') || columns.every(({ words }) => words < 2.5)
    ? { columns: names, names: true }
    : names;
}

/** "subject + body" */
export function listed(columns: readonly ColumnProfile[]): string {
  return columns.map(({ name }) => name).join(' + ');
}

const SHOWN_VALUES = 4;

/** "4 values in 500 rows: billing, returns, …" */
export function describeValues({ distinct, filled, frequent }: ColumnProfile): string {
  const shown = frequent
    .slice(0, SHOWN_VALUES)
    .map(({ value }) => (value.length > 24 ? `${value.slice(0, 23)}…` : value));
  const more = distinct > shown.length ? ', …' : '';
  return `${distinct} ${distinct === 1 ? 'value' : 'values'} in ${filled} rows: ${shown.join(', ')}${more}`;
}
