import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Item } from '@attune/documents';
import { parseJson } from '../files/json.ts';

/** An item with its group memberships. */
export interface Member<Kind extends Item> {
  item: Kind;
  /** Group keys of the item; items that share a key belong to one group. */
  names: readonly string[];
  /** Further keys for look-up, which do not merge groups. */
  alsoKnownAs?: readonly string[];
  /** Time in milliseconds, by which a group's items are ordered. */
  at?: number;
}

const BATCH = 10_000;

/**
 * Groups items on disk, so memory does not limit their number. Groups are returned whole, in the order of their first
 * items; items within a group are ordered by time. Disposed of with its folder.
 */
export class DiskGroups<Kind extends Item> implements Disposable {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #groupOf: StatementSync;
  readonly #name: StatementSync;
  #count = 0;
  #isSettled = false;

  constructor(folder: string, name: string) {
    this.#database = new DatabaseSync(join(mkdtempSync(join(folder, `${name}-`)), 'groups.sqlite'));
    this.#database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
      CREATE TABLE items (number INTEGER PRIMARY KEY, part INTEGER, at REAL, json TEXT);
      CREATE TABLE names (name TEXT PRIMARY KEY, part INTEGER) WITHOUT ROWID;
      CREATE INDEX names_part ON names (part);
      CREATE TABLE merged (part INTEGER PRIMARY KEY, into_part INTEGER);
      BEGIN`);
    this.#insert = this.#database.prepare('INSERT INTO items VALUES (?, ?, ?, ?)');
    this.#groupOf = this.#database.prepare('SELECT part FROM names WHERE name = ?');
    this.#name = this.#database.prepare('INSERT OR IGNORE INTO names VALUES (?, ?)');
  }

  add({ item, names, alsoKnownAs = [], at }: Member<Kind>): void {
    const number = ++this.#count;
    const found = names.flatMap((name) => (this.#groupOf.get(name) as { part: number } | undefined)?.part ?? []);
    const parts = [...new Set(found)].sort((a, b) => a - b);
    const [part = number] = parts;
    for (const other of parts.slice(1)) this.#merge(other, part);
    for (const name of [...names, ...alsoKnownAs]) this.#name.run(name, part);
    this.#insert.run(number, part, at ?? null, JSON.stringify(item));
    if (number % BATCH === 0) this.#database.exec('COMMIT; BEGIN');
  }

  /** Merges two groups. Items are updated when groups are read, so that adding stays cheap. */
  #merge(part: number, into: number): void {
    this.#database.prepare('UPDATE names SET part = ? WHERE part = ?').run(into, part);
    this.#database.prepare('INSERT INTO merged VALUES (?, ?)').run(part, into);
  }

  /** Each group's items, once all have been added; items without a time keep their place. */
  *groups(): Generator<Kind[]> {
    if (!this.#isSettled) this.#settle();
    const query = this.#database.prepare('SELECT part, json FROM items ORDER BY part, at IS NULL, at, number');
    let part: number | undefined;
    let items: Kind[] = [];
    for (const row of query.iterate() as Iterable<{ part: number; json: string }>) {
      if (row.part !== part && items.length > 0) {
        yield items;
        items = [];
      }
      part = row.part;
      items.push(parseJson(row.json) as Kind);
    }
    if (items.length > 0) yield items;
  }

  /** Groups are only merged into earlier ones, so a single descending pass suffices. */
  #settle(): void {
    const merged = this.#database.prepare('SELECT part, into_part FROM merged ORDER BY part').all() as {
      part: number;
      into_part: number;
    }[];
    const first = new Map<number, number>();
    for (const { part, into_part: into } of merged) first.set(part, first.get(into) ?? into);
    const move = this.#database.prepare('UPDATE items SET part = ? WHERE part = ?');
    if (first.size > 0) this.#database.exec('CREATE INDEX items_part ON items (part)');
    for (const [part, into] of first) move.run(into, part);
    this.#database.exec('COMMIT; CREATE INDEX items_order ON items (part, at, number); BEGIN');
    this.#isSettled = true;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
