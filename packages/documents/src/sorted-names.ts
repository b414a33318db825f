import { mkdtempSync, rmSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Number of names beyond which they are sorted on disk. */
const HELD = 100_000;

/** The names in a folder in the order of their UTF-8 bytes, in bounded memory: a folder may hold millions. */
export async function* sortedNames(folder: string, held = HELD): AsyncGenerator<string> {
  let names: string[] = [];
  let disk: NamesOnDisk | undefined;
  try {
    for await (const { name } of await opendir(folder, { bufferSize: 1024 })) {
      names.push(name);
      if (names.length < held) continue;
      disk ??= new NamesOnDisk();
      disk.add(names);
      names = [];
    }
    if (disk === undefined) yield* names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    else {
      disk.add(names);
      yield* disk.sorted();
    }
  } finally {
    disk?.[Symbol.dispose]();
  }
}

class NamesOnDisk implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'attune-names-'));
  readonly #database = new DatabaseSync(join(this.#folder, 'names.sqlite'));

  constructor() {
    this.#database.exec(
      'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID',
    );
  }

  add(names: readonly string[]): void {
    const insert = this.#database.prepare('INSERT INTO names VALUES (?)');
    this.#database.exec('BEGIN');
    for (const name of names) insert.run(name);
    this.#database.exec('COMMIT');
  }

  *sorted(): Generator<string> {
    for (const { name } of this.#database.prepare('SELECT name FROM names ORDER BY name').iterate())
      yield name as string;
  }

  [Symbol.dispose](): void {
    this.#database.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
