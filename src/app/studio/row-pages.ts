import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { valueText } from '../../base/format.ts';
import { turn } from '../../base/turn.ts';
import { parseJson } from '../../files/json.ts';
import { rawRows } from '../../data/raw-rows.ts';
import { labeller, type Counted, type Row } from './row-labels.ts';

/** Filter for rows; an empty one selects all. */
export interface RowFilter {
  /** Text that a column of the row must contain, ignoring case. */
  words?: string;
  /** Only rows with this label. */
  label?: RowLabel;
}

/** A label of some rows: a value of a column, a kind of personal data, a group of people. */
export interface RowLabel extends Counted {
  label: string;
}

export interface RowPage {
  /** 0-based indices in the file, with the rows. */
  rows: readonly (readonly [place: number, row: Row])[];
  /** Number of rows that match the filter, of those read so far while `isWhole` is false. */
  total: number;
  isWhole: boolean;
}

/** Row counts by label, most frequent first. */
export interface LabelCounts {
  labels: readonly (readonly [label: string, count: number])[];
  distinct: number;
  /** Number of rows counted so far, out of `rows`. */
  done: number;
  rows: number;
  isWhole: boolean;
}

/** Row indices by label, as far as rows have been counted. */
interface Tally {
  places: Map<string, number[]>;
  done: number;
  isWhole: boolean;
  counting?: Promise<void>;
}

const MOST_LABELS = 20;
/** Maximum number of tallies kept; the oldest is dropped. */
const MOST_TALLIES = 4;
const FLUSHED = 2 ** 20;
const MS_A_TURN = 10;
/** Maximum time that a request waits for rows that are still being read. */
const PATIENCE_MS = 400;
const patience = () => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));

/**
 * Random access to the rows of a file. It is copied once to temporary JSON Lines with known offsets, so that any page
 * of a million rows is read at once.
 */
export class OpenRows {
  readonly #folder = mkdtempSync(join(tmpdir(), 'attune-rows-'));
  readonly #file = openSync(join(this.#folder, 'rows.jsonl'), 'wx+', 0o600);
  readonly #ends: number[] = [];
  readonly #reading: Promise<void>;
  #isWhole = false;
  #isClosed = false;
  readonly #tallies = new Map<string, Tally>();
  /** Row indices found by the newest search. */
  #found: { key: string; places: Promise<number[]> } | undefined;

  constructor(path: string) {
    this.#reading = this.#read(path);
    this.#reading.catch(() => undefined);
  }

  async page(filter: RowFilter, from: number, count: number): Promise<RowPage> {
    if (this.#ends.length < from + count) await Promise.race([this.#reading, patience()]);
    const isAll = filter.words === undefined && filter.label === undefined;
    const isWhole = isAll ? this.#isWhole : filter.words !== undefined || this.#tallyOf(filter.label!).isWhole;
    const places = isAll ? undefined : await this.#someOf(filter);
    const total = places?.length ?? this.#ends.length;
    const shown = Array.from(
      { length: Math.max(0, Math.min(count, total - from)) },
      (_, at) => places?.[from + at] ?? from + at,
    );
    return { rows: shown.map((place) => [place, this.#row(place)] as const), total, isWhole };
  }

  /** Counts labels: the first call starts counting, later calls return the progress. */
  async counts(counted: Counted): Promise<LabelCounts> {
    const tally = this.#tallyOf(counted);
    await Promise.race([tally.counting, patience()]);
    const { places, done, isWhole } = tally;
    const labels = [...places]
      .map(([label, found]) => [label, found.length] as const)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, MOST_LABELS);
    return { labels, distinct: places.size, done, rows: this.#ends.length, isWhole };
  }

  /** Indices of all matching rows, once all are known. */
  async places(filter: RowFilter): Promise<readonly number[]> {
    await this.#reading;
    if (filter.label !== undefined) await this.#tallyOf(filter.label).counting;
    return this.#someOf(filter);
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
    // Unreadable rows are reported when the columns are read.
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

  /** Indices of matching rows, as far as labels have been counted. */
  async #someOf({ words, label }: RowFilter): Promise<readonly number[]> {
    if (words === undefined) return this.#tallyOf(label!).places.get(label!.label) ?? [];
    const key = JSON.stringify({ words, label });
    if (this.#found?.key !== key) this.#found = { key, places: this.#search(words, label) };
    return this.#found.places;
  }

  async #search(words: string, label: RowLabel | undefined): Promise<number[]> {
    const places: number[] = [];
    const wanted = words.toLowerCase();
    const among = label === undefined ? undefined : new Set(await this.places({ label }));
    for await (const [place, row] of this.#all())
      if (
        (among?.has(place) ?? true) &&
        Object.values(row).some((one) => valueText(one).toLowerCase().includes(wanted))
      )
        places.push(place);
    return places;
  }

  #tallyOf({ of, column }: Counted): Tally {
    const key = JSON.stringify([of, column]);
    const known = this.#tallies.get(key);
    if (known !== undefined) return known;
    for (const oldest of [...this.#tallies.keys()].slice(0, Math.max(0, this.#tallies.size - MOST_TALLIES + 1)))
      this.#tallies.delete(oldest);
    const tally: Tally = { places: new Map(), done: 0, isWhole: false };
    this.#tallies.set(key, tally);
    tally.counting = this.#count(tally, { of, column }, () => this.#tallies.get(key) !== tally);
    tally.counting.catch(() => undefined);
    return tally;
  }

  async #count(tally: Tally, counted: Counted, isDropped: () => boolean): Promise<void> {
    const labelsOf = await labeller(counted);
    for await (const [place, row] of this.#all()) {
      if (isDropped()) return;
      for (const label of new Set(labelsOf(row))) {
        const found = tally.places.get(label);
        if (found === undefined) tally.places.set(label, [place]);
        else found.push(place);
      }
      tally.done = place + 1;
    }
    tally.isWhole = true;
  }

  async *#all(): AsyncGenerator<readonly [place: number, row: Row]> {
    await this.#reading;
    let rested = performance.now();
    for (let place = 0; place < this.#ends.length && !this.#isClosed; place++) {
      yield [place, this.#row(place)];
      if (performance.now() - rested < MS_A_TURN) continue;
      await turn();
      rested = performance.now();
    }
  }
}

/** Rows of the file that was opened last. */
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
