/** Served answers and their feedback, in SQLite or PostgreSQL. */
import { join } from 'node:path';
import { sql, type Insertable, type Kysely, type Selectable } from 'kysely';
import type { MigrationProvider } from 'kysely/migration';
import { AttuneError } from '../../base/errors.ts';
import { attuneHome } from '../../base/home.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { openDatabase } from '../../store/index-database.ts';
import { isNewerDatabase } from '../../store/newer-database.ts';
import { isStoreAway } from '../../store/postgres-failure.ts';
import { isPostgres } from '../../store/postgres.ts';
import { placeOfPart, shownPlace, type DatabasePlace } from '../../store/store-place.ts';
import { saidIn, type SaidOfAnswer } from '../feedback/tested-values.ts';
import { keyMigrations, traceMigrations } from './migrations.ts';
import type { KeyTables, TracesTable, TraceTables } from './traces-tables.ts';
import { UserKeys } from './user-keys.ts';

export type TraceRow = Selectable<TracesTable>;

const MEASURED = ['id', 'choice', 'at', 'signals', 'label', 'confidence', 'words', 'arrival'] as const;
/** Measured fields of an answer. */
export type MeasuredRow = Pick<TraceRow, (typeof MEASURED)[number]>;

interface SaidWanted {
  /** Excludes rows up to this arrival number. */
  from?: number;
  /** Includes rows up to this arrival number. */
  until?: number;
  /** Time of receipt from which rows are included. */
  since?: number;
}

interface RowsWanted {
  /** Time of the request from which rows are included. */
  from?: number;
  /** Includes rows up to this arrival number. */
  until?: number;
  /** Cursor: includes the rows after this one. */
  after?: Pick<TraceRow, 'at' | 'id' | 'choice'>;
  limit?: number;
}

export function watchFolder(): string {
  return join(attuneHome(), 'watch');
}

export interface StoreFiles {
  traces: DatabasePlace;
  keys: DatabasePlace;
  /** The server's monitor options as JSON. */
  options: string;
}

export class TraceStore {
  readonly database: Kysely<TraceTables>;
  readonly keys: UserKeys;
  readonly files: StoreFiles;
  readonly #keyDatabase: Kysely<KeyTables>;

  private constructor(parts: {
    database: Kysely<TraceTables>;
    keyDatabase: Kysely<KeyTables>;
    keys: UserKeys;
    files: StoreFiles;
  }) {
    this.database = parts.database;
    this.#keyDatabase = parts.keyDatabase;
    this.keys = parts.keys;
    this.files = parts.files;
  }

  /** Several processes may have it open. @throws AttuneError E_TRACES, E_DATABASE_NEWER */
  static async open(given?: string): Promise<TraceStore> {
    const folder = given ?? watchFolder();
    const files = {
      traces: given === undefined ? placeOfPart('traces') : join(given, 'traces.sqlite'),
      keys: given === undefined ? placeOfPart('keys') : join(given, 'keys.sqlite'),
      options: join(folder, 'monitor.json'),
    };
    const opened: { destroy(): Promise<void> }[] = [];
    try {
      makeFolders(folder);
      const database = await openSecure<TraceTables>(files.traces, traceMigrations);
      opened.push(database);
      const keyDatabase = await openSecure<KeyTables>(files.keys, keyMigrations);
      opened.push(keyDatabase);
      return new TraceStore({ database, keyDatabase, keys: await UserKeys.open(keyDatabase), files });
    } catch (error) {
      for (const one of opened) await one.destroy().catch(() => undefined);
      if (isStoreAway(error) || isNewerDatabase(error)) throw error;
      throw new AttuneError('E_TRACES', {
        what: `Served answers cannot be stored in ${typeof files.traces === 'string' ? folder : shownPlace(files.traces)}`,
        got: (error as Error).message,
        fix: 'set ATTUNE_HOME to a folder with write permission, or serve with --no-monitor',
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    await this.database.destroy();
    await this.#keyDatabase.destroy();
  }

  /** Adds rows; existing ones are left unchanged. */
  async add(rows: readonly Insertable<TracesTable>[]): Promise<void> {
    if (rows.length === 0) return;
    await this.database.transaction().execute((transaction) => insertNew(transaction, 'traces', rows));
  }

  /** Answers of a version, without texts, in order of request. */
  async of(model: string, version: string, { from = 0, until, after, limit }: RowsWanted = {}): Promise<MeasuredRow[]> {
    let query = this.database
      .selectFrom('traces')
      .select(MEASURED)
      .where('model', '=', model)
      .where('version', '=', version)
      // The index locates the start of a page by time.
      .where('at', '>=', after?.at ?? from)
      .orderBy('at')
      .orderBy('id')
      .orderBy('choice');
    if (limit !== undefined) query = query.limit(limit);
    if (until !== undefined)
      query = query.where(({ or, eb }) => or([eb('arrival', 'is', null), eb('arrival', '<=', until)]));
    if (after !== undefined) {
      const { at, id, choice } = after;
      query = query.where(({ or, and, eb }) =>
        or([
          eb('at', '>', at),
          and([eb('at', '=', at), eb('id', '>', id)]),
          and([eb('at', '=', at), eb('id', '=', id), eb('choice', '>', choice)]),
        ]),
      );
    }
    return query.execute();
  }

  /** Answers of a version in order of writing: those that arrived after `from`, up to `until`. */
  async arrived(
    { model, version }: { model: string; version: string },
    { from, until, limit }: { from: number; until: number; limit: number },
  ): Promise<MeasuredRow[]> {
    return this.database
      .selectFrom('traces')
      .select(MEASURED)
      .where('model', '=', model)
      .where('version', '=', version)
      .where('arrival', '>', from)
      .where('arrival', '<=', until)
      .orderBy('arrival')
      .limit(limit)
      .execute();
  }

  /** The newest arrival number. Both tables are numbered in serialised transactions, so all rows up to it exist. */
  async newestArrival(): Promise<number> {
    const newest = async (table: 'traces' | 'feedback'): Promise<number> => {
      const row = await this.database
        .selectFrom<'traces' | 'feedback'>(table)
        .select(({ fn }) => fn.max<number | null>('arrival').as('newest'))
        .executeTakeFirstOrThrow();
      return Number(row.newest ?? 0);
    };
    return Math.max(await newest('traces'), await newest('feedback'));
  }

  /** Models with their versions, newest last. */
  async versions(): Promise<{ model: string; version: string; first: number; last: number; answers: number }[]> {
    return this.database
      .selectFrom('traces')
      .select(({ fn }) => [
        'model',
        'version',
        fn.min<number>('at').as('first'),
        fn.max<number>('at').as('last'),
        fn.countAll<number>().as('answers'),
      ])
      .groupBy(['model', 'version'])
      .orderBy('model')
      .orderBy('first')
      .execute();
  }

  async find(id: string, choice: number): Promise<TraceRow | undefined> {
    return this.database
      .selectFrom('traces')
      .selectAll()
      .where('id', '=', id)
      .where('choice', '=', choice)
      .executeTakeFirst();
  }

  /** Thumbs, edits and labels on a version's answers, in order of arrival. */
  async said(model: string, version: string, { from, since = 0, until }: SaidWanted = {}): Promise<SaidOfAnswer[]> {
    let query = this.database
      .selectFrom('feedback')
      .leftJoin('traces', (join) =>
        join.onRef('traces.id', '=', 'feedback.trace').onRef('traces.choice', '=', 'feedback.choice'),
      )
      .select(['trace', 'feedback.at', 'thumb', 'edited', 'feedback.label', 'feedback.arrival'])
      .select(['traces.confidence', 'traces.label as answered'])
      .where('feedback.model', '=', model)
      .where('feedback.version', '=', version)
      .where('feedback.at', '>=', since)
      .where(({ or, eb }) => or((['thumb', 'edited', 'feedback.label'] as const).map((one) => eb(one, 'is not', null))))
      .orderBy('feedback.at');
    if (until !== undefined)
      query = query.where(({ or, eb }) =>
        or([eb('feedback.arrival', 'is', null), eb('feedback.arrival', '<=', until)]),
      );
    if (from !== undefined) query = query.where('feedback.arrival', '>', from);
    return (await query.execute()).flatMap(saidIn);
  }

  /** Deletes expired answers and responses, and feedback from before `feedbackUntil`. */
  async expire(now: number, feedbackUntil: number): Promise<void> {
    const deleted = [
      await this.database.deleteFrom('traces').where('expires_at', '<=', now).executeTakeFirstOrThrow(),
      await this.database.deleteFrom('feedback').where('at', '<=', feedbackUntil).executeTakeFirstOrThrow(),
      await this.database.deleteFrom('responses').where('expires_at', '<=', now).executeTakeFirstOrThrow(),
    ];
    if (deleted.some(({ numDeletedRows }) => numDeletedRows > 0n)) await this.settle();
  }

  /**
   * Overwrites the bytes of deleted rows, including those in SQLite's write-ahead log; PostgreSQL does so at its next
   * vacuum.
   */
  async settle(): Promise<void> {
    if (isPostgres(this.database)) return;
    for (const one of [this.database, this.#keyDatabase])
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(one as Kysely<unknown>);
  }
}

let lastNumber = 0;

/** Arrival number of a new row; PostgreSQL assigns its own. Numbers are never reused. */
export function numbered(database: Kysely<TraceTables>): { arrival?: number } {
  if (isPostgres(database)) return {};
  // The clock in microseconds, which keeps increasing after deletions and restarts.
  lastNumber = Math.max(lastNumber + 1, Date.now() * 1000);
  return { arrival: lastNumber };
}

/** SQLite accepts at most 32,766 values per statement. */
const MOST_ROWS = 1000;

/** Inserts rows; existing ones are left unchanged. @returns the number of new rows */
export async function insertNew<Name extends 'traces' | 'feedback'>(
  transaction: Kysely<TraceTables>,
  table: Name,
  rows: readonly Insertable<TraceTables[Name]>[],
): Promise<number> {
  let added = 0;
  for (let at = 0; at < rows.length; at += MOST_ROWS) {
    const { numInsertedOrUpdatedRows = 0n } = await transaction
      .insertInto<'traces' | 'feedback'>(table)
      // Kysely cannot express row types that depend on the table's name.
      .values(rows.slice(at, at + MOST_ROWS).map((row) => ({ ...row, ...numbered(transaction) })) as never)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    added += Number(numInsertedOrUpdatedRows);
  }
  return added;
}

async function openSecure<Tables>(place: DatabasePlace, provider: MigrationProvider): Promise<Kysely<Tables>> {
  const database = await openDatabase<Tables>(place, provider);
  if (typeof place === 'string') await sql`PRAGMA secure_delete = ON`.execute(database);
  return database;
}
