import { MAX_ROW_BYTES, tooLong, type Line } from '@attune/files/lines';
import { plural } from '@attune/base/format';
import type { Defect } from '@attune/files/utf8';

/** One record of a table with separated values. */
export interface CsvRecord {
  /** 1-based line where it begins. */
  line: number;
  cells: string[];
  defect?: Defect;
  /**
   * Set if each line would have as many cells as the record once the quotes around one multi-line cell are removed: the
   * index of that cell, and the cells of each line.
   */
  apart?: { column: number; rows: string[][] };
}

/** Line and column of a quote. */
interface Place {
  line: number;
  at: number;
}

/**
 * Joins lines to records by RFC 4180: a quoted cell may contain separators, line breaks and doubled quotes; in any
 * other cell a quote is an ordinary character. A stray quote spoils only its own record. Empty lines are skipped.
 */
export class CsvReader {
  readonly #delimiter: string;
  readonly #maxLength: number;
  #cells: string[] = [];
  /** The part read so far of a quoted cell that continues on the next line. */
  #open: string[] | undefined;
  #openLength = 0;
  #openedAt: Place = { line: 0, at: 0 };
  #line = 0;
  #lines: string[] = [];
  /** Cells that span several lines. */
  #long: { column: number; opened: Place; closed: Place }[] = [];
  #defect: Defect | undefined;

  constructor(delimiter: string, maxLength = MAX_ROW_BYTES) {
    this.#delimiter = delimiter;
    this.#maxLength = maxLength;
  }

  /** Adds a line and returns the record that ends with it, if any. */
  take({ number, text, defect }: Line): CsvRecord | undefined {
    if (this.#open === undefined) {
      if (text === '' && defect === undefined) return undefined;
      this.#line = number;
    }
    this.#defect ??= defect;
    this.#lines.push(text);
    let at: number | undefined = 0;
    while (at !== undefined) at = this.#open === undefined ? this.#readCell(text, at) : this.#readQuoted(text, at);
    return this.#open === undefined ? this.#finish() : undefined;
  }

  /** Whether the current record has grown past the limit: its quote will not be closed. */
  get isEndless(): boolean {
    return this.#openLength > this.#maxLength;
  }

  /** The record that the end of the file cuts off, as a defect. */
  end(): CsvRecord | undefined {
    if (this.#open === undefined) return undefined;
    this.#defect = this.isEndless ? tooLong(this.#openLength, this.#maxLength) : NEVER_CLOSED;
    return this.#finish();
  }

  /** Reads the cell that starts at `at` and returns where the next one starts; undefined at the end of the line. */
  #readCell(text: string, at: number): number | undefined {
    if (text[at] === '"') {
      this.#open = [];
      this.#openedAt = { line: this.#lines.length - 1, at };
      return at + 1;
    }
    const end = text.indexOf(this.#delimiter, at);
    this.#cells.push(end === -1 ? text.slice(at) : text.slice(at, end));
    return end === -1 ? undefined : end + 1;
  }

  #readQuoted(text: string, at: number): number | undefined {
    const quote = text.indexOf('"', at);
    const piece = quote === -1 ? `${text.slice(at)}\n` : text.slice(at, quote);
    this.#open!.push(piece);
    this.#openLength += piece.length;
    if (quote === -1) return undefined;
    const next = text[quote + 1];
    if (next === '"') {
      this.#open!.push('"');
      return quote + 2;
    }
    const closed = { line: this.#lines.length - 1, at: quote };
    const opened = this.#openedAt;
    if (opened.line !== closed.line) this.#long.push({ column: this.#cells.length, opened, closed });
    this.#cells.push(this.#open!.join(''));
    this.#open = undefined;
    this.#openLength = 0;
    if (next === this.#delimiter) return quote + 2;
    if (next !== undefined) this.#defect ??= STRAY_QUOTE;
    return undefined;
  }

  #finish(): CsvRecord {
    const apart = this.#apart();
    const record = {
      line: this.#line,
      cells: this.#cells,
      ...(this.#defect && { defect: withLines(this.#defect, this.#lines.length) }),
      ...(apart && { apart }),
    };
    this.#cells = [];
    this.#lines = [];
    this.#long = [];
    this.#open = undefined;
    this.#openLength = 0;
    this.#defect = undefined;
    return record;
  }

  #apart(): CsvRecord['apart'] {
    if (this.#long.length !== 1) return undefined;
    const [{ column, opened, closed }] = this.#long;
    const without = ({ line, at }: Place) => this.#lines[line].slice(0, at) + this.#lines[line].slice(at + 1);
    const lines = this.#lines.with(opened.line, without(opened)).with(closed.line, without(closed));
    const alone = lines.map((text, at) => new CsvReader(this.#delimiter).take({ number: at + 1, text }));
    const rows = alone.flatMap((row) =>
      row?.defect === undefined && row?.cells.length === this.#cells.length ? [row.cells] : [],
    );
    return rows.length === lines.length ? { column, rows } : undefined;
  }
}

/** Adds the number of lines that a broken record spans, all of which are lost if bad rows are skipped. */
function withLines({ reason, ...rest }: Defect, lines: number): Defect {
  const more = lines - 1;
  const swallowed =
    more === 1 ? 'so the next line became part of it' : `so ${plural(more, 'more lines')} became part of it`;
  return { reason: more === 0 ? reason : `${reason}, ${swallowed}`, ...rest };
}

const FIX = 'write a quote inside a cell twice, and the cell in quotes: "say ""hello"""';
const STRAY_QUOTE: Defect = { reason: 'text follows the closing quote of a cell', fix: FIX };
const NEVER_CLOSED: Defect = { reason: 'a quoted cell that begins in this row is never closed', fix: FIX };
