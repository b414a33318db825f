import { closeSync, mkdtempSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { DataRow, Item } from '@attune/documents';
import { writeAll } from '../files/atomic.ts';
import { parseJson } from '../files/json.ts';
import { readLines } from '../files/lines.ts';

const BUFFERED = 1 << 20;

/** Rows on disk that can be iterated repeatedly, for steps that must see all before they emit the first. */
export class DiskItems {
  readonly #path: string;
  #descriptor: number | undefined;
  #lines: string[] = [];
  #buffered = 0;
  count = 0;

  /** @param folder temporary folder of the run, which deletes it at the end */
  constructor(folder: string) {
    this.#path = join(mkdtempSync(join(folder, 'rows-')), 'rows');
    this.#descriptor = openSync(this.#path, 'w');
  }

  /** Stores all rows, passing each to `look` as it arrives. */
  static async gathered(
    items: AsyncIterable<Item>,
    { folder, signal }: { folder: string; signal?: AbortSignal },
    look: (row: DataRow) => void | Promise<void>,
  ): Promise<DiskItems> {
    const rows = new DiskItems(folder);
    for await (const item of items) {
      if (item.kind !== 'row') continue;
      rows.add(item);
      const looking = look(item);
      if (looking !== undefined) await looking;
      if (rows.count % 1000 === 0) signal?.throwIfAborted();
    }
    return rows;
  }

  add(row: DataRow): void {
    const line = `${JSON.stringify(row)}\n`;
    this.#lines.push(line);
    this.#buffered += line.length;
    this.count++;
    if (this.#buffered >= BUFFERED) this.#flush();
  }

  /** The rows in insertion order; no more can be added. */
  async *rows(): AsyncGenerator<DataRow, void, undefined> {
    if (this.#descriptor !== undefined) {
      this.#flush();
      closeSync(this.#descriptor);
      this.#descriptor = undefined;
    }
    for await (const { text } of readLines(this.#path, { maxBytes: Infinity })) yield parseJson(text) as DataRow;
  }

  #flush(): void {
    writeAll(this.#descriptor!, Buffer.from(this.#lines.join('')));
    this.#lines = [];
    this.#buffered = 0;
  }
}
