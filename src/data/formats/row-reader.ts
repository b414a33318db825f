import type { Problem } from '../../base/errors.ts';
import { parseJsonAsWritten } from '../../files/json.ts';
import { type ColumnMapping, describeSource } from '../columns.ts';
import { mediaOf, type MediaFile, type MediaKind } from '../media.ts';

/** Location of a row, and the names of the user's columns. */
export interface RowPlace {
  file: string;
  line: number;
  /** Column names of the format → the user's, if they differ. */
  columns?: ColumnMapping;
  /** Base folder of paths in the row; default: the current one. */
  folder?: string;
}

/** Columns with the images of a conversation, by precedence. */
export const IMAGE_COLUMNS = ['images', 'image'] as const;

/** Reads the fields of a row and records every defect with its place; a failed read yields undefined. */
export class RowReader {
  readonly problems: Problem[] = [];
  /** Columns and nested keys that were read. */
  readonly used = new Set<string>();
  /** Nested keys without meaning here, such as `messages[].timestamp`. */
  readonly ignored = new Set<string>();
  readonly #row: Readonly<Record<string, unknown>>;
  readonly #place: RowPlace;
  #imagesTaken = 0;

  constructor(row: Readonly<Record<string, unknown>>, place: RowPlace) {
    this.#row = row;
    this.#place = place;
  }

  /** All columns with a value. */
  get columns(): string[] {
    return Object.keys(this.#row).filter((column) => isPresent(this.#row[column]));
  }

  has(column: string): boolean {
    return Object.hasOwn(this.#row, column) && isPresent(this.#row[column]);
  }

  /** A column's value; null counts as missing. */
  value(column: string): unknown {
    this.used.add(column);
    return this.has(column) ? this.#row[column] : undefined;
  }

  /** Records a defect of a field, given by its path in the row (`messages[2].content`). */
  problem(path: string, message: string, fix?: string): undefined {
    const { file, line, columns } = this.#place;
    const head = /^[^.[]*/.exec(path)?.[0] ?? '';
    const theirs = columns !== undefined && Object.hasOwn(columns, head) ? describeSource(columns[head]) : head;
    this.problems.push({ message, file, line, field: theirs + path.slice(head.length), fix });
    return undefined;
  }

  /** A column of non-empty text. */
  text(column: string): string | undefined {
    const text = this.anyText(column);
    if (text !== undefined && text.trim() === '') return this.problem(column, 'is empty', 'fill it or delete the row');
    return text;
  }

  /** A column of text, possibly empty. */
  anyText(column: string): string | undefined {
    if (!this.has(column)) return this.problem(column, 'is missing', `every row needs "${column}"`);
    return this.checkText(column, this.value(column));
  }

  /** An optional text column; "" if missing. */
  optionalText(column: string): string | undefined {
    return this.has(column) ? this.checkText(column, this.value(column)) : '';
  }

  /** A column of JSON, possibly as text (in a CSV cell). */
  json(column: string): unknown {
    const value = this.value(column);
    return typeof value === 'string' ? parseStructure(value) : value;
  }

  /** A column that names or contains an image or a recording. */
  media(column: string, kind: MediaKind): MediaFile | undefined {
    if (!this.has(column)) return this.problem(column, 'is missing', `every row needs "${column}"`);
    return this.#mediaOf(column, this.value(column), kind);
  }

  /** An image named by or contained in a value of the row. */
  image(path: string, value: unknown): (MediaFile & { kind: 'image' }) | undefined {
    return this.#mediaOf(path, value, 'image') as (MediaFile & { kind: 'image' }) | undefined;
  }

  #mediaOf(path: string, value: unknown, kind: MediaKind): MediaFile | undefined {
    const found = mediaOf(value, kind, this.#place.folder ?? process.cwd());
    return 'message' in found ? this.problem(path, found.message, found.fix) : found;
  }

  /** Whether the row has a column of images for its messages. */
  get hasImages(): boolean {
    return IMAGE_COLUMNS.some((column) => this.has(column));
  }

  /** The column's next image, for a part of a message. */
  nextImage(path: string): (MediaFile & { kind: 'image' }) | undefined {
    const column = IMAGE_COLUMNS.find((name) => this.has(name));
    if (column === undefined) {
      return this.problem(
        path,
        'refers to no image',
        'give its image_url, or put the images of the row in a column "images"',
      );
    }
    const [index, all] = [this.#imagesTaken++, this.#imageColumn(column)];
    if (index >= all.length)
      return this.problem(path, `has no matching image: the row has ${all.length} in "${column}"`);
    return this.image(Array.isArray(this.#row[column]) ? `${column}[${index}]` : column, all[index]);
  }

  /** The column's images that no message has named, in order. */
  otherImages(): (MediaFile & { kind: 'image' })[] {
    const column = IMAGE_COLUMNS.find((name) => this.has(name));
    const left = column === undefined ? 0 : this.#imageColumn(column).length - this.#imagesTaken;
    return Array.from({ length: Math.max(0, left) }, () => this.nextImage(column!)).filter((one) => one !== undefined);
  }

  /** Whether a message has used an image of the column. */
  get hasTakenImages(): boolean {
    return this.#imagesTaken > 0;
  }

  #imageColumn(column: string): unknown[] {
    const value = this.json(column);
    return Array.isArray(value) ? (value as unknown[]) : [value];
  }

  /** Records a defect if a value is not text that can be encoded as UTF-8. */
  checkText(path: string, value: unknown): string | undefined {
    if (typeof value !== 'string')
      return this.problem(path, `must be text, not ${describeValue(value)}`, 'put it in quotes');
    if (!value.isWellFormed()) {
      return this.problem(
        path,
        'contains half of a surrogate pair (a broken emoji, for example)',
        'save the text again as UTF-8',
      );
    }
    return value;
  }
}

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** Parses text that is the JSON of a list or object; other text is unchanged. */
export function parseStructure(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return parseJsonAsWritten(text);
  } catch {
    return text;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A short description of a value for messages: `the number 3`, `a list of 2`, `an object with a, b`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (isObject(value)) {
    const keys = Object.keys(value);
    return keys.length === 0
      ? 'an empty object'
      : `an object with ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', …' : ''}`;
  }
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  return typeof value === 'boolean' ? String(value) : `the ${typeof value} ${String(value)}`;
}
