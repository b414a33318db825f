/** Reads Parquet and CSV files through a SQL query, with DuckDB in the reader process. */
import type * as DuckDB from '@duckdb/node-api';
import { AttuneError } from '@attune/base/errors';
import { withFeature } from '@attune/base/optional-packages';
import { table } from '@attune/base/table';
import { Unreadable } from '../../outcome.ts';
import type { Draft, ReadContext } from '../../reader.ts';
import { tableFormat, type FileQuery, type TableFormat } from './file-query.ts';
import { isReading } from './query.ts';

/** @throws AttuneError E_NOT_INSTALLED */
export async function requireDuckDB(): Promise<void> {
  await loadDuckDB();
}

function loadDuckDB(): Promise<typeof DuckDB> {
  return withFeature('sql', () => import('@duckdb/node-api'));
}

/** Table function for a file. CSV columns are read as text, since identifiers may have leading zeros. */
const READ: Readonly<Record<TableFormat, (path: string) => string>> = {
  csv: (path) => `read_csv(${quoted(path)}, header = true, all_varchar = true)`,
  parquet: (path) => `read_parquet(${quoted(path)})`,
};

/** Rows of the query on one file. @throws Unreadable with DuckDB's message */
export async function* readByQuery(
  source: { path: string; format: TableFormat },
  { query, tables }: FileQuery,
  context: ReadContext,
): AsyncGenerator<Draft> {
  if (!isReading(query)) throw new Unreadable('unreadable', 'sql is not a single SELECT, WITH or VALUES statement');
  const duckdb = await loadDuckDB();
  const instance = await duckdb.DuckDBInstance.create(':memory:', settings(context));
  const connection = await instance.connect();
  const pulse = setInterval(pulseOf(connection, context), MILLISECONDS_BETWEEN_LOOKS);
  try {
    const files = [{ name: 'source', ...source }, ...tables.map((one) => ({ ...one, format: tableFormat(one.path)! }))];
    await lock(
      connection,
      files.map(({ path }) => path),
    );
    for (const { name, path, format } of files) {
      await connection.run(`CREATE VIEW "${name}" AS SELECT * FROM ${READ[format](path)}`);
    }
    const result = await connection.stream(query);
    let row = 0;
    for await (const rows of result.yieldConvertedRowObjects<object>(converterOf(duckdb))) {
      context.alive();
      for (const values of rows) {
        yield { kind: 'record', values: plainRow(values, context), place: { section: ['query'], row: ++row } };
      }
    }
  } catch (error) {
    if (error instanceof Unreadable || error instanceof AttuneError) throw error;
    throw new Unreadable('unreadable', (error as Error).message.replaceAll(/\s+/g, ' ').slice(0, MOST_CHARACTERS));
  } finally {
    clearInterval(pulse);
    connection.closeSync();
    instance.closeSync();
  }
}

const MOST_CHARACTERS = 300;
const MILLISECONDS_BETWEEN_LOOKS = 500;

/** One thread keeps the order of rows. DuckDB gets half of the reader's memory, since its limit only covers buffers. */
function settings({ limits, folder }: ReadContext): Record<string, string> {
  return {
    threads: '1',
    memory_limit: `${Math.floor(limits.memoryBytes / 2 ** 21)}MiB`,
    temp_directory: folder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  };
}

/** Restricts the connection to the given files, without extensions or network, and locks its settings. */
async function lock(connection: DuckDB.DuckDBConnection, paths: readonly string[]): Promise<void> {
  await connection.run(`SET allowed_paths = [${paths.map((path) => quoted(path)).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Reports progress only while the query advances, so that a stalled query is killed with its reader. */
function pulseOf(connection: DuckDB.DuckDBConnection, context: ReadContext): () => void {
  let last = '';
  return () => {
    const { percentage, rows_processed: rows } = connection.progress;
    const now = `${percentage} ${rows}`;
    if (now !== last) context.alive();
    last = now;
  };
}

/** Converts values as the Parquet reader does. */
function converterOf({ DuckDBDecimalValue, JSDuckDBValueConverter }: typeof DuckDB) {
  const convert = (value: DuckDB.DuckDBValue, type: DuckDB.DuckDBType): unknown => {
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    if (value instanceof DuckDBDecimalValue) return fromDecimal(String(value));
    // Lists and structs pass this function on to their members.
    return JSDuckDBValueConverter(value, type, convert as typeof JSDuckDBValueConverter);
  };
  return convert as DuckDB.DuckDBValueConverter<object>;
}

/** Decimals with more digits than a double can represent stay text. */
function fromDecimal(digits: string): number | string {
  return digits.replace(/^-?0*|\./g, '').length <= 15 ? Number(digits) : digits;
}

/** Leaves out missing values, as the Parquet reader does. */
function plainRow(row: object, { notes }: ReadContext): Record<string, unknown> {
  const values = table<Record<string, unknown>>({});
  for (const [name, value] of Object.entries(row)) {
    if (value instanceof Uint8Array) notes.add('binary columns, left out', name);
    else if (value !== null && value !== undefined) values[name] = plain(value);
  }
  return { ...values };
}

function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((one) => plain(one));
  const fields = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]));
}
