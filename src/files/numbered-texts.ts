import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ownCopy } from '../base/own-copy.ts';
import { writeFailure } from './atomic.ts';

/** SQLite's error codes for a full database and a full disk. */
const NO_ROOM = new Set([13, 10, 778]);
/** Maximum number of values in memory: some 20 MB. */
const MOST_HELD = 1 << 17;

export interface NumberedTextsOptions {
  /** Folder for values beyond the memory limit, stored as keyed hashes; without it all values stay in memory. */
  folder?: string;
  mostHeld?: number;
}

/** Assigns consecutive numbers to any quantity of distinct texts. */
export class NumberedTexts implements Disposable {
  readonly #options: NumberedTextsOptions;
  /** Recent values, or all values if there is no folder. */
  #held = new Map<string, number>();
  #stored: StoredNumbers | undefined;

  constructor(options: NumberedTextsOptions = {}) {
    this.#options = options;
  }

  get(key: string): number | undefined {
    const held = this.#held.get(key);
    if (held !== undefined) return held;
    const stored = this.#stored?.get(key);
    if (stored !== undefined) this.set(key, stored);
    return stored;
  }

  set(key: string, number: number): void {
    this.#held.set(ownCopy(key), number);
    const { folder, mostHeld = MOST_HELD } = this.#options;
    if (folder === undefined || this.#held.size < mostHeld) return;
    this.#stored ??= new StoredNumbers(folder);
    this.#stored.add(this.#held);
    this.#held = new Map();
  }

  /** All values with their numbers; only available in memory. */
  entries(): IterableIterator<[string, number]> {
    if (this.#stored !== undefined) throw new Error('Values that exceeded memory are kept only as hashes');
    return this.#held.entries();
  }

  [Symbol.dispose](): void {
    this.#stored?.[Symbol.dispose]();
    this.#stored = undefined;
  }
}

/** Numbers by a salted 64-bit hash: among ten million values, the probability of a collision is about 1 in 300,000. */
class StoredNumbers implements Disposable {
  readonly #folder: string;
  readonly #salt = randomBytes(16).toString('hex');
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #insert: StatementSync;

  constructor(parent: string) {
    this.#folder = mkdtempSync(join(parent, 'texts-'));
    this.#database = new DatabaseSync(join(this.#folder, 'texts.sqlite'));
    this.#write(() =>
      this.#database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;
        CREATE TABLE numbers (hash INTEGER PRIMARY KEY, number INTEGER)`),
    );
    this.#find = this.#database.prepare('SELECT number FROM numbers WHERE hash = ?');
    this.#insert = this.#database.prepare('INSERT OR IGNORE INTO numbers VALUES (?, ?)');
  }

  get(key: string): number | undefined {
    return (this.#find.get(this.#hash(key)) as { number: number } | undefined)?.number;
  }

  /** In order of hashes, so that each database page is visited once. */
  add(numbers: ReadonlyMap<string, number>): void {
    const hashed = Array.from(numbers, ([key, number]) => ({ hash: this.#hash(key), number }));
    hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1));
    this.#write(() => {
      this.#database.exec('BEGIN');
      for (const one of hashed) this.#insert.run(one.hash, one.number);
      this.#database.exec('COMMIT');
    });
  }

  /** @throws AttuneError E_DISK_FULL */
  #write(body: () => void): void {
    try {
      body();
    } catch (error) {
      const isFull = NO_ROOM.has((error as { errcode?: number }).errcode ?? 0);
      throw isFull ? writeFailure(this.#folder, Object.assign(error as Error, { code: 'ENOSPC' })) : error;
    }
  }

  #hash(key: string): bigint {
    return hash('sha256', this.#salt + key, 'buffer').readBigInt64LE();
  }

  [Symbol.dispose](): void {
    this.#database.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
