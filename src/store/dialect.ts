import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { fileMode } from '../files/private.ts';
import { SqliteAdapter, SqliteDialect, type DialectAdapter, type SqliteDatabase, type SqliteStatement } from 'kysely';

const BUSY_TIMEOUT_MS = 10_000;

/** Kysely on Node's own SQLite, for concurrent processes: WAL, a busy timeout, and write locks taken at `begin`. */
export class NodeSqliteDialect extends SqliteDialect {
  constructor(path: string) {
    super({ database: () => Promise.resolve(openSqlite(path)) });
  }

  override createAdapter(): DialectAdapter {
    return new LockingAdapter();
  }
}

/** SQLite's DDL is transactional; declaring it makes the migrator hold the write lock while it migrates. */
class LockingAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): true {
    return true;
  }
}

function openSqlite(path: string): SqliteDatabase {
  makePrivate(path);
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  enableWriteAheadLog(database);
  database.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
  return {
    close: () => database.close(),
    // A deferred transaction that writes after reading fails if another process wrote in between.
    prepare: (sql) => statement(database, sql === 'begin' ? 'begin immediate' : sql),
  };
}

/** Restricts a database in attune's own folders, and SQLite's files next to it, to its user. */
function makePrivate(path: string): void {
  const mode = fileMode(path);
  if (mode === undefined) return;
  closeSync(openSync(path, 'a', mode));
  if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode);
}

/** Switching to WAL needs exclusive access and ignores the busy timeout, so it is retried. */
function enableWriteAheadLog(database: DatabaseSync): void {
  for (let attempt = 0; ; attempt++) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      const isBusy = (error as { errcode?: number }).errcode === 5;
      if (!isBusy || attempt === 50) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function statement(database: DatabaseSync, sql: string): SqliteStatement {
  const prepared = database.prepare(sql);
  return {
    reader: prepared.columns().length > 0,
    all: (parameters) => prepared.all(...parameters.map(toSql)),
    run: (parameters) => prepared.run(...parameters.map(toSql)),
    iterate: (parameters) => prepared.iterate(...parameters.map(toSql)),
  };
}

function toSql(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return (value ?? null) as SQLInputValue;
}
