import { copyFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Unreadable } from '../outcome.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { isReading, plainValues } from './sql/query.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  const { DatabaseSync: Database } = await import('node:sqlite');
  using database = opened(Database, input, context);
  const { query } = context.choices;
  if (query === undefined) {
    for (const table of tablesOf(database)) {
      const statement = database.prepare(`SELECT * FROM "${table.replaceAll('"', '""')}"`);
      yield* rowsOf(statement, [table], context);
    }
    return;
  }
  if (!isReading(query))
    throw new Unreadable(
      'unreadable',
      'the query does not begin with SELECT, WITH or VALUES, or has more than one statement',
    );
  yield* rowsOf(database.prepare(query), ['query'], context);
}

/** Opened read-only: by the library, by the database's pragma, and by the process's permissions. */
function opened(Database: typeof DatabaseSync, { path }: FileInput, context: ReadContext): DatabaseSync {
  const database = new Database(quietPath(path, context), { readOnly: true, allowExtension: false });
  try {
    database.exec('PRAGMA query_only = ON; PRAGMA trusted_schema = OFF');
    return database;
  } catch (error) {
    database.close();
    throw new Unreadable('broken', (error as Error).message);
  }
}

/** Even readers write to a database with a write-ahead log, so such a database is copied together with its log. */
function quietPath(path: string, { folder }: ReadContext): string {
  const log = `${path}-wal`;
  if (!existsSync(log) || statSync(log).size === 0)
    return `file:${encodeURI(path).replaceAll('?', '%3f').replaceAll('#', '%23')}?immutable=1`;
  const copy = join(folder, 'database');
  copyFileSync(path, copy);
  copyFileSync(log, `${copy}-wal`);
  return copy;
}

function tablesOf(database: DatabaseSync): string[] {
  const rows = database.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  return rows.all().map(({ name }) => String(name));
}

function* rowsOf(statement: StatementSync, section: readonly string[], context: ReadContext): Generator<Draft> {
  statement.setReadBigInts(true);
  let row = 0;
  for (const values of statement.iterate()) {
    row++;
    context.alive();
    yield { kind: 'record', values: plainValues(values, context.notes), place: { section, row } };
  }
}

/** SQLite databases: all tables, or the result of a query. */
export const sqlite: Reader = {
  endings: ['sqlite', 'sqlite3', 'db'],
  isBinary: true,
  recognise: (head) => head.toString('latin1', 0, 16) === 'SQLite format 3\0',
  read,
};
