import type { ColumnMapping, ColumnSource } from '../columns.ts';
import type { FormatName } from '../formats/index.ts';
import type { ColumnProfile } from './profile.ts';

/** A reading of a table: which columns are what. */
export interface Guess {
  format: FormatName;
  columns: ColumnMapping;
  /** The columns that are read, and the one that is learnt; none where the text itself is. */
  text: readonly string[];
  target?: string;
  /** From 0 to 1. */
  score: number;
  /** For people, a sentence each. */
  reasons: readonly string[];
}

/** Columns that the user has named. */
export interface ColumnWish {
  text?: readonly string[];
  label?: string;
  answer?: string;
  format?: string;
}

/** One column as it stands; of several the values, with their names where they are not all text. */
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
