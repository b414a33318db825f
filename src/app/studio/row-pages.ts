import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { valueText } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import { turn } from '../../base/turn.ts';
import { sha256 } from '../../files/hash.ts';
import { parseJson } from '../../files/json.ts';
import { rawRows } from '../../data/raw-rows.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Selects rows; all of them where it is empty. */
export interface RowFilter {
  /** Any text of the row contains them. */
  words?: string;
  /** Only rows with this value of a column. */
  column?: string;
  value?: string;
  /** Only rows that are equal to an earlier one. */
  isDuplicate?: boolean;
}

export interface RowPage {
  /** Places in the file, from 0, and rows. */
  rows: readonly (readonly [place: number, row: Row])[];
  /** Rows that fit the filter; of those read so far while `isWhole` is false. */
  total: number;
  isWhole: boolean;
}

/** Values of a column, the most frequent first. */
export interface ValueCounts {
  values: readonly (readonly [value: string, count: number])[];
  distinct: number;
  duplicates: number;
}

const MOST_VALUES = 30;
const FLUSHED = 2 ** 20;
const ROWS_A_TURN = 5000;

/**
 * Rows of one file by their places. The file is read once, into a temporary one of lines whose places are known, so
 * that any page of a million rows is a single read.
 */
class OpenRows {
  readonly #folder = mkdtempSync(join(tmpdir(), 'attune-rows-'));
  readonly #file = openSync(join(this.#folder, 'rows.jsonl'), 'wx+', 0o600);
  readonly #ends: number[] = [];
  readonly #reading: Promise<void>;
  #isWhole = false;
  #isClosed = false;
  #found: { key: string; places: Promise<number[]> } | undefined;

  constructor(path: string) {
    this.#reading = this.#read(path);
    this.#reading.catch(() => undefined);
  }

  async page(filter: RowFilter, from: number, count: number): Promise<RowPage> {
    if (this.#ends.length < from + count) await Promise.race([this.#reading, turn()]);
    const isAll = Object.values(filter).every((one) => one === undefined);
    if (!isAll) await this.#reading;
    const isWhole = this.#isWhole;
    const places = isAll ? undefined : await this.#places(filter);
    const total = places?.length ?? this.#ends.length;
    const shown = Array.from(
      { length: Math.max(0, Math.min(count, total - from)) },
      (_, at) => places?.[from + at] ?? from + at,
    );
    return { rows: shown.map((place) => [place, this.#row(place)] as const), total, isWhole };
  }

  async counts(column: string): Promise<ValueCounts> {
    await this.#reading;
    const counts = new Map<string, number>();
    for await (const [, row] of this.#all()) {
      const value = valueText(entryOf(row, column));
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const duplicates = (await this.#places({ isDuplicate: true })).length;
    const values = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, MOST_VALUES);
    return { values, distinct: counts.size, duplicates };
  }

  close(): void {
    this.#isClosed = true;
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #read(path: string): Promise<void> {
    let [end, lines, ends]: [number, Buffer[], number[]] = [0, [], []];
    let held = 0;
    const flush = () => {
      for (const line of lines) writeSync(this.#file, line);
      for (const one of ends) this.#ends.push(one);
      [lines, ends, held] = [[], [], 0];
    };
    // Unreadable rows are named where the columns are read.
    for await (const { value } of rawRows(path, () => undefined)) {
      if (this.#isClosed) return;
      const line = Buffer.from(JSON.stringify(value));
      end += line.length;
      held += line.length;
      lines.push(line);
      ends.push(end);
      if (held > FLUSHED) flush();
    }
    flush();
    this.#isWhole = true;
  }

  #row(place: number): Row {
    const from = place === 0 ? 0 : this.#ends[place - 1];
    const line = Buffer.alloc(this.#ends[place] - from);
    readSync(this.#file, line, 0, line.length, from);
    return parseJson(line.toString('utf8')) as Row;
  }

  async *#all(): AsyncGenerator<readonly [place: number, row: Row]> {
    for (let place = 0; place < this.#ends.length && !this.#isClosed; place++) {
      if (place % ROWS_A_TURN === 0) await turn();
      yield [place, this.#row(place)];
    }
  }

  /** The newest filter's places are kept. */
  async #places(filter: RowFilter): Promise<number[]> {
    const key = JSON.stringify(filter);
    if (this.#found?.key !== key) this.#found = { key, places: this.#search(filter) };
    return this.#found.places;
  }

  async #search({ words, column, value, isDuplicate }: RowFilter): Promise<number[]> {
    const places: number[] = [];
    const seen = new Set<string>();
    const wanted = words?.toLowerCase();
    for await (const [place, row] of this.#all()) {
      if (column !== undefined && valueText(entryOf(row, column)) !== value) continue;
      if (wanted !== undefined && !Object.values(row).some((one) => valueText(one).toLowerCase().includes(wanted)))
        continue;
      if (isDuplicate === true) {
        const hash = sha256(JSON.stringify(row));
        if (!seen.has(hash)) {
          seen.add(hash);
          continue;
        }
      }
      places.push(place);
    }
    return places;
  }
}

/** Rows of the file that was looked at last. */
export class RowPages {
  #open: { key: string; rows: OpenRows } | undefined;

  of(path: string): OpenRows {
    const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
    const key = `${size} ${mtimeMs} ${path}`;
    if (this.#open?.key === key) return this.#open.rows;
    this.close();
    this.#open = { key, rows: new OpenRows(path) };
    return this.#open.rows;
  }

  close(): void {
    this.#open?.rows.close();
    this.#open = undefined;
  }
}
