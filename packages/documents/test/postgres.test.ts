/** Requires PostgreSQL's programs; creates and removes its own cluster. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDocuments, readDocuments, type Document, type FileOutcome } from '../src/index.ts';
import { isReading } from '../src/formats/sql/query.ts';
import { hasPostgres, startPostgres, type PostgresServer } from '../../../test/unit/store/postgres-server.ts';

let server: PostgresServer;

async function query(sql: string): Promise<{ documents: Document[]; outcome: FileOutcome }> {
  const documents: Document[] = [];
  const outcomes: FileOutcome[] = [];
  const files = findDocuments([server.url], '/');
  for await (const document of readDocuments(files, {
    processes: 1,
    query: sql,
    onOutcome: (outcome) => outcomes.push(outcome),
  })) {
    documents.push(document);
  }
  return { documents, outcome: outcomes[0] };
}

beforeAll(async () => {
  if (!hasPostgres) return;
  server = await startPostgres();
  server.sql(
    "CREATE TABLE items AS SELECT n AS id, 'item ' || n AS name FROM generate_series(1, 2500) n; CREATE SEQUENCE counter",
  );
}, 60_000);
afterAll(() => {
  if (hasPostgres) server.stop();
});

describe.skipIf(!hasPostgres)('a PostgreSQL database', () => {
  it('gives the rows of a query, and its address without the password', async () => {
    const { documents, outcome } = await query('SELECT id, name FROM items ORDER BY id;');
    expect(documents).toHaveLength(2500);
    expect(documents[2499]).toMatchObject({
      kind: 'record',
      values: { id: 2500, name: 'item 2500' },
      origins: [{ file: server.url.replace('postgres:word@', ''), row: 2500 }],
    });
    expect(outcome).toMatchObject({ status: 'read', format: 'postgres', documents: 2500 });
  });

  it('is never written to, whatever the query calls itself', async () => {
    for (const writing of [
      'WITH gone AS (DELETE FROM items RETURNING id) SELECT * FROM gone',
      "SELECT nextval('counter')",
    ]) {
      const { documents, outcome } = await query(writing);
      expect(documents, writing).toEqual([]);
      expect(outcome).toMatchObject({ status: 'skipped', reason: 'unreadable' });
      expect(outcome.message).not.toContain('word@');
    }
    // Some servers allow large objects to be created in read-only transactions; nothing is committed.
    await query('SELECT lo_create(1)');
    const { documents: objects } = await query('SELECT count(*)::int AS objects FROM pg_largeobject_metadata');
    expect(objects).toMatchObject([{ values: { objects: 0 } }]);
    expect((await query('SELECT count(*)::int AS rows FROM items')).documents).toMatchObject([
      { values: { rows: 2500 } },
    ]);
  });
});

describe.skipIf(!hasPostgres)('a query that would be several', () => {
  // Our check does not detect a second statement in any of these; the server does.
  it.each([
    "select 1 /* ' */; commit; begin read write; drop table items; commit; select 1 /* ' */",
    "select 1 --'\n; commit; begin read write; drop table items; commit; select '",
    'select $a$;$a$; commit; begin read write; drop table items; commit; select $a$',
    "select 1 /* /* ' */ */; commit; begin read write; drop table items; commit; select ' /* */ '",
    "select e'\\''; commit; begin read write; drop table items; commit; select '",
  ])('is refused by the server, and drops nothing: %j', async (sql) => {
    const { documents, outcome } = await query(sql);
    expect(documents).toEqual([]);
    expect(outcome).toMatchObject({ status: 'skipped', reason: 'unreadable' });
    const { documents: left } = await query('SELECT count(*)::int AS rows FROM items');
    expect(left).toMatchObject([{ values: { rows: 2500 } }]);
  });

  it('tells that a superuser reads', async () => {
    const { outcome } = await query('SELECT 1 AS one');
    expect(JSON.stringify(outcome)).toContain('read by a superuser');
  });
});

describe('a query', () => {
  it.each([
    ['SELECT 1', true],
    ["select ';' as a -- done;", true],
    ['WITH a AS (SELECT 1) SELECT * FROM a;', true],
    ['/* x */ VALUES (1)', true],
    ['DELETE FROM a', false],
    ['SELECT 1; SELECT 2', false],
    ['PRAGMA writable_schema = 1', false],
    ['', false],
  ])('%s reads: %s', (sql, expected) => {
    expect(isReading(sql)).toBe(expected);
  });
});
