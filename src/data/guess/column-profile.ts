import { cellNumber, cellText } from '../cells.ts';
import { parseStructure } from '../formats/row-reader.ts';
import { mediaExtensions } from '../media.ts';

/** Content of a column's cells. */
export type ColumnKind =
  | 'text'
  | 'number'
  | 'truth'
  | 'date'
  | 'address'
  | 'list'
  | 'structure'
  | 'image'
  | 'audio'
  | 'empty';

/** Statistics of a column's cells. */
export interface ColumnProfile {
  name: string;
  kind: ColumnKind;
  /** Rows examined, and those with a value. */
  rows: number;
  filled: number;
  /** Number of distinct values, and the most frequent ones with their counts. */
  distinct: number;
  frequent: { value: string; rows: number }[];
  /** Texts: mean number of words. */
  words: number;
  /** Numbers: whether all are integers. */
  isWhole: boolean;
  /** Numbers: whether they increase by one. */
  isCounting: boolean;
  /** Number of cells with several values: a list, or text separated by | or ;. */
  several: number;
  /** Distinct values inside such cells. */
  distinctParts: number;
  /** Lists: mean number of items. */
  items: number;
  /** Values that differ only by case or white space; empty if there are too many values to compare. */
  alike: string[][];
}

/** Columns with more distinct values are unlikely to contain classes. */
const MOST_COMPARED = 5000;

/** Groups of values that differ only by case or white space. */
export function alikeValues(values: readonly string[]): string[][] {
  if (values.length > MOST_COMPARED) return [];
  const groups = Map.groupBy(values, (value) => value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase());
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** Long texts are compared by their beginning. */
const KEY_LENGTH = 200;
/** Share of the cells that determines a column's kind, tolerating a few outliers. */
const MOST = 0.95;
const SHOWN = 5;

const DATE =
  /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2}))([T ,]+\d{1,2}:\d{2}.*)?$|^\d{1,2}:\d{2}(:\d{2})?$/;
const ADDRESS = /^(https?:\/\/\S+|[\w.+-]+@[\w-]+\.[\w.-]+)$/i;
const TRUTH = /^(true|false)$/i;

/** Builds a column's profile cell by cell. */
export class ColumnProfiler {
  readonly #name: string;
  readonly #kinds = new Map<ColumnKind, number>();
  readonly #values = new Map<string, number>();
  readonly #parts = new Set<string>();
  #words = 0;
  #filled = 0;
  #fractions = 0;
  #last: number | undefined;
  #jumps = 0;
  #several = 0;
  #items = 0;

  constructor(name: string) {
    this.#name = name;
  }

  add(value: unknown): void {
    if (value instanceof Uint8Array) return this.#count('structure', '(bytes)');
    const text = cellText(value)?.trim();
    if (text === undefined) return;
    const kind = kindOf(value, text);
    this.#count(kind, text.slice(0, KEY_LENGTH));
    if (kind === 'number') this.#addNumber(cellNumber(value)!);
    if (kind === 'text') this.#words += text.split(/\s+/).length;
    this.#addParts(partsOf(value, kind));
  }

  #count(kind: ColumnKind, key: string): void {
    this.#filled++;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    this.#values.set(key, (this.#values.get(key) ?? 0) + 1);
  }

  #addNumber(number: number): void {
    if (!Number.isInteger(number)) this.#fractions++;
    if (this.#last !== undefined && number !== this.#last + 1) this.#jumps++;
    this.#last = number;
  }

  #addParts(parts: readonly string[]): void {
    this.#items += parts.length;
    if (parts.length > 1) this.#several++;
    for (const part of parts) this.#parts.add(part.slice(0, KEY_LENGTH));
  }

  profile(rows: number): ColumnProfile {
    const frequent = [...this.#values].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, SHOWN);
    const each = Math.max(1, this.#filled);
    return {
      name: this.#name,
      kind: this.#kind(),
      rows,
      filled: this.#filled,
      distinct: this.#values.size,
      frequent: frequent.map(([value, count]) => ({ value, rows: count })),
      words: this.#words / each,
      isWhole: this.#fractions === 0,
      isCounting: this.#last !== undefined && this.#jumps === 0,
      several: this.#several,
      distinctParts: this.#parts.size,
      items: this.#items / each,
      alike: alikeValues([...this.#values.keys()]),
    };
  }

  /** Kind of most cells; mixtures are text. */
  #kind(): ColumnKind {
    if (this.#filled === 0) return 'empty';
    const main = [...this.#kinds].find(([, count]) => count >= MOST * this.#filled);
    return main?.[0] ?? 'text';
  }
}

function kindOf(value: unknown, text: string): ColumnKind {
  if (typeof value === 'boolean' || TRUTH.test(text)) return 'truth';
  if (value instanceof Date || DATE.test(text)) return 'date';
  const read = typeof value === 'string' ? parseStructure(text) : value;
  if (Array.isArray(read)) return 'list';
  if (typeof read === 'object' && read !== null) return isMedia(read) ?? 'structure';
  if (cellNumber(value) !== undefined) return 'number';
  // A URL is never fetched, so a remote image is an address.
  if (ADDRESS.test(text)) return 'address';
  if (!/\n/.test(text)) for (const kind of ['image', 'audio'] as const) if (endsLike(text, kind)) return kind;
  return 'text';
}

/** `{bytes, path}`, the form of files in Parquet data sets. */
function isMedia(value: object): 'image' | 'audio' | undefined {
  const { path } = value as { path?: unknown };
  if (typeof path !== 'string') return undefined;
  return (['image', 'audio'] as const).find((kind) => endsLike(path, kind));
}

function endsLike(text: string, kind: 'image' | 'audio'): boolean {
  const lower = text.toLowerCase();
  return mediaExtensions[kind].some((ending) => lower.endsWith(ending));
}

/** The values in a cell that may contain several. */
function partsOf(value: unknown, kind: ColumnKind): string[] {
  if (kind === 'list') {
    const list = (typeof value === 'string' ? parseStructure(value) : value) as unknown[];
    return list.map((part) => (typeof part === 'object' ? JSON.stringify(part) : String(part)));
  }
  if (kind !== 'text' || typeof value !== 'string') return [];
  return value
    .split(/[|;]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
