/** Moves the store of one machine to a database that several servers share, and verifies that it is complete. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { sql, type Kysely, type Transaction } from 'kysely';
import { AttuneError } from '../../base/errors.ts';
import { pushAll } from '../../base/many.ts';
import { formatCount } from '../../base/format.ts';
import { withoutCredentials } from '../../base/secrets.ts';
import { liveReplicas, openRegistry, withRegistry, type Registry } from '../../store/registry/index.ts';
import { migrations as registryMigrations } from '../../store/registry/migrations/index.ts';
import { openDatabase } from '../../store/index-database.ts';
import { isPostgres } from '../../store/postgres.ts';
import { storable } from '../../store/storable.ts';
import {
  checkedStoreUrl,
  fileOfPart,
  placeOfPart,
  shownPlace,
  storeParts,
  type StorePart,
  type DatabasePlace,
} from '../../store/store-place.ts';
import { isBucketUrl } from '../../store/objects/s3-url.ts';
import { keyMigrations, traceMigrations } from '../../monitoring/traces/migrations.ts';
import type { useCase, MovedStore, MendedRow } from '../use-cases/store-move.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { moveFromBucket, moveToBucket } from './move-objects.ts';

type Rows = Record<string, Record<string, unknown>>;
type AnyDatabase = Kysely<Rows>;

const MIGRATIONS = { registry: registryMigrations, traces: traceMigrations, keys: keyMigrations } as const;

/** Tables that others refer to come first. */
const FIRST = ['registered_models', 'versions'];
/** Tables that are not copied: running servers, their unfinished work, and each database's migrations. */
const LEFT = new Set(['replicas', 'testers', 'unfinished_objects', 'kysely_migration', 'kysely_migration_lock']);
const BATCH = 500;

/**
 * Copies registry, traces and the users' keys to an empty PostgreSQL database, or uploaded files and registered
 * models to or from a bucket. Copies are verified before they are committed; the source is not modified.
 * @throws AttuneError E_STORE, E_STORE_BUSY, E_STORE_NOT_EMPTY, E_STORE_CHANGED, E_OBJECTS…
 */
export async function moveStore(options: CallOptions<typeof useCase>): Promise<MovedStore> {
  const { to, from, onEvent: emit = () => undefined, signal } = options;
  if ((to === undefined) === (from === undefined))
    throw new AttuneError('E_USAGE', {
      what: 'store move needs either --to or --from',
      fix: 'give --to or --from',
    });
  if (to !== undefined && !isBucketUrl(to)) return moveDatabases(to);
  return withRegistry(async (registry) => {
    await refuseServed(registry);
    const watch = { emit, signal };
    const objects = from === undefined ? moveToBucket(registry, to!, watch) : moveFromBucket(registry, from, watch);
    return { moved: {}, mended: [], objects: await objects };
  });
}

async function moveDatabases(to: string): Promise<MovedStore> {
  const url = checkedStoreUrl(to, '--to');
  const moved: MovedStore['moved'] = {};
  const mended: MendedRow[] = [];
  try {
    for (const part of Object.keys(storeParts) as StorePart[])
      if (existsSync(fileOfPart(part))) moved[part] = await movePart(part, placeOfPart(part, url), mended);
  } catch (error) {
    if (error instanceof AttuneError) throw error;
    throw new AttuneError('E_STORE', {
      what: 'The store cannot be moved',
      got: withoutCredentials((error as Error).message),
      fix: 'check the address, and that its user may create schemas; nothing was changed here',
    });
  }
  return { moved, mended };
}

async function movePart(part: StorePart, place: DatabasePlace, mended: MendedRow[]): Promise<Record<string, number>> {
  const source = await openSource(part);
  try {
    if (part === 'registry') await refuseServed(source as unknown as Registry);
    const target = await openDatabase<Rows>(place, MIGRATIONS[part]);
    try {
      return await target.transaction().execute(async (transaction) => {
        const rows = new Map<string, number>();
        for (const table of await tablesOf(source))
          rows.set(table, await moveTable(table, { source, transaction, place, mended }));
        await setSequences(transaction, place);
        return Object.fromEntries(rows);
      });
    } finally {
      await target.destroy();
    }
  } finally {
    await source.destroy();
  }
}

async function openSource(part: StorePart): Promise<AnyDatabase> {
  const file = fileOfPart(part);
  if (part === 'registry') return (await openRegistry(file)) as unknown as AnyDatabase;
  return openDatabase<Rows>(file, MIGRATIONS[part]);
}

async function refuseServed(registry: Registry): Promise<void> {
  const live = await liveReplicas(registry);
  if (live === 0) return;
  throw new AttuneError('E_STORE_BUSY', {
    what: 'Servers are still running; data that they write during the move would be lost',
    got: `${live} that serve its models`,
    fix: 'stop them, and start them again with ATTUNE_STORE or ATTUNE_OBJECTS set',
  });
}

async function tablesOf(database: AnyDatabase): Promise<string[]> {
  const names = (await database.introspection.getTables()).map(({ name }) => name).filter((name) => !LEFT.has(name));
  return [...FIRST.filter((name) => names.includes(name)), ...names.filter((name) => !FIRST.includes(name)).toSorted()];
}

interface Ends {
  source: AnyDatabase;
  transaction: Transaction<Rows>;
  place: DatabasePlace;
  mended: MendedRow[];
}

/** Copies a table and verifies the copy. @returns the number of rows */
async function moveTable(table: string, { source, transaction, place, mended }: Ends): Promise<number> {
  const { count: before } = await digestOf(transaction, table);
  if (before > 0) {
    throw new AttuneError('E_STORE_NOT_EMPTY', {
      what: `${shownPlace(place)} is not empty`,
      got: `${formatCount(before)} rows of ${table}`,
      fix: 'give a database that attune has not used before',
    });
  }
  const keys = await primaryKey(source, table);
  for await (const rows of batchesOf(source, table)) {
    pushAll(
      mended,
      rows.flatMap((row) => mendedIn(row, table, keys)),
    );
    await transaction.insertInto(table).values(rows).execute();
  }
  const [here, there] = [await digestOf(source, table), await digestOf(transaction, table)];
  if (here.count === there.count && here.digest === there.digest) return here.count;
  throw new AttuneError('E_STORE_CHANGED', {
    what: `The copy of ${table} differs from the original`,
    got: `${formatCount(there.count)} rows, ${there.digest.slice(0, 12)}`,
    expected: `${formatCount(here.count)} rows, ${here.digest.slice(0, 12)}`,
    fix: 'nothing was kept there; try again while the store is not in use',
  });
}

async function primaryKey(database: AnyDatabase, table: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from pragma_table_info(${table}) where pk > 0`.execute(
    database,
  );
  return rows.map(({ name }) => name);
}

/** Texts that contain characters which PostgreSQL cannot store; these become U+FFFD. */
function mendedIn(row: Record<string, unknown>, table: string, keys: readonly string[]): MendedRow[] {
  const columns = Object.keys(row).filter((name) => storable(row[name]) !== row[name]);
  if (columns.length === 0) return [];
  return [{ table, row: keys.map((name) => String(storable(row[name]))).join(' '), columns }];
}

/** Reads a table in batches, each starting after the last row of the previous one. */
function batchesOf(database: AnyDatabase, table: string): AsyncGenerator<Record<string, unknown>[]> {
  return isPostgres(database) ? fetchedBatches(database, table) : scannedBatches(database, table);
}

async function* scannedBatches(database: AnyDatabase, table: string): AsyncGenerator<Record<string, unknown>[]> {
  for (let last = 0, isWhole = false; !isWhole;) {
    const rows = await database
      .selectFrom(table)
      .selectAll()
      .select(sql<number>`rowid`.as(ROW_ID))
      .where(sql`rowid`, '>', last)
      .orderBy(sql`rowid`)
      .limit(BATCH)
      .execute();
    isWhole = rows.length < BATCH;
    last = Number(rows.at(-1)?.[ROW_ID]);
    const plain = rows.map(({ [ROW_ID]: _id, ...row }) => row);
    if (plain.length > 0) yield plain;
  }
}

const ROW_ID = 'attune_rowid';

/** Rows of a PostgreSQL table, by a cursor within a transaction. */
async function* fetchedBatches(database: AnyDatabase, table: string): AsyncGenerator<Record<string, unknown>[]> {
  await sql`declare attune_batches cursor for select * from ${sql.table(table)}`.execute(database);
  try {
    for (;;) {
      const { rows } = await sql<Record<string, unknown>>`fetch ${sql.lit(BATCH)} from attune_batches`.execute(
        database,
      );
      if (rows.length > 0) yield rows;
      if (rows.length < BATCH) return;
    }
  } finally {
    await sql`close attune_batches`.execute(database);
  }
}

/** Order-independent digest of all rows: the sum of their SHA-256. */
async function digestOf(database: AnyDatabase, table: string): Promise<{ count: number; digest: string }> {
  let [count, sum] = [0, 0n];
  for await (const rows of batchesOf(database, table)) {
    for (const row of rows) sum += BigInt(`0x${createHash('sha256').update(textOf(row)).digest('hex')}`);
    count += rows.length;
  }
  return { count, digest: (sum & ((1n << 256n) - 1n)).toString(16).padStart(64, '0') };
}

function textOf(row: Record<string, unknown>): string {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : storable(value),
  ]);
  return JSON.stringify(entries.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

/** Sets sequences to continue after the highest number in use. */
async function setSequences(transaction: Transaction<Rows>, place: DatabasePlace): Promise<void> {
  if (typeof place === 'string') return;
  const { rows } = await sql<{ table: string; column: string }>`
    select table_name as "table", column_name as "column" from information_schema.columns
    where table_schema = ${place.schema} and is_identity = 'YES'`.execute(transaction);
  for (const { table, column } of rows) {
    const sequence = `"${place.schema}"."${table}"`;
    await sql`select setval(pg_get_serial_sequence(${sequence}, ${column}), max(${sql.ref(column)}))
      from ${sql.table(table)} having max(${sql.ref(column)}) is not null`.execute(transaction);
  }
}
