import type { Client, QueryConfig } from 'pg';
import { shownUrl } from '@attune/base/postgres-url';
import { withoutCredentials, withoutSecrets } from '@attune/base/secrets';
import { Unreadable } from '../../outcome.ts';
import type { Draft, ReadContext } from '../../reader.ts';
import { isReading, plainValues } from './query.ts';

const ROWS_AT_ONCE = 1000;

/**
 * Streams the rows of a query through a cursor in a read-only transaction. The query is sent by the extended protocol,
 * which accepts a single statement: the server decides where it ends, whatever comments and quotes it contains, so that
 * nothing can end the transaction. A cursor only accepts queries, the server rejects writes, and nothing is ever
 * committed. The password may come from the URL, PGPASSWORD or ~/.pgpass.
 */
export async function* readPostgres(url: string, context: ReadContext): AsyncGenerator<Draft> {
  const { query } = context.choices;
  if (query === undefined) throw new Unreadable('unreadable', 'a database needs a query: --query "SELECT …"');
  if (!isReading(query))
    throw new Unreadable(
      'unreadable',
      'the query does not begin with SELECT, WITH or VALUES, or has more than one statement',
    );
  const { default: pg } = await import('pg');
  const seconds = context.limits.seconds;
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: seconds * 1000,
    statement_timeout: seconds * 1000,
    // Also applies to any transaction other than the one below.
    options: '-c default_transaction_read_only=on',
  });
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    await noteRole(client, context);
    const text = `DECLARE attune NO SCROLL CURSOR FOR ${query.trim().replace(/;$/, '')}`;
    await client.query({ text, queryMode: 'extended' } as QueryConfig);
    let row = 0;
    for (;;) {
      const { rows } = await client.query<Record<string, unknown>>(`FETCH ${ROWS_AT_ONCE} FROM attune`);
      context.alive();
      for (const values of rows)
        yield { kind: 'record', values: plainValues(values, context.notes), place: { section: ['query'], row: ++row } };
      if (rows.length === 0) break;
    }
  } catch (error) {
    throw new Unreadable('unreadable', withoutPasswords((error as Error).message, url));
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
    await client.end().catch(() => undefined);
  }
}

/** Passwords may occur in the URL, plain or escaped, or in a variable, and servers or libraries may repeat them. */
function withoutPasswords(message: string, url: string): string {
  const parsed = URL.parse(url);
  const given = [parsed?.password, parsed?.searchParams.get('password'), process.env.PGPASSWORD];
  const values = given.flatMap((value) => (value ? [value, decoded(value)] : []));
  const secrets = values.map((value) => ({ value, shown: '(the password)' }));
  return withoutSecrets(withoutCredentials(message.replaceAll(url, shownUrl(url))), secrets);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * Functions may have effects that transactions cannot prevent, as far as the role permits: run programs, read the
 * server's files.
 */
async function noteRole(client: Client, { notes }: ReadContext): Promise<void> {
  const { rows } = await client.query<{ role: string; mighty: boolean }>(
    'SELECT current_user AS role, rolsuper AS mighty FROM pg_roles WHERE rolname = current_user',
  );
  for (const { role, mighty } of rows)
    if (mighty) notes.add('read by a superuser: connect as a role that may only SELECT', role);
}
