// Runs the tests of registry, jobs, routes and monitoring again, on PostgreSQL instead of SQLite.
import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openRegistry } from '../../../src/store/registry/index.ts';
import { storeParts } from '../../../src/store/store-place.ts';
import { hasPostgres, startPostgres } from './postgres-server.ts';

const server = hasPostgres ? await startPostgres() : undefined;
if (server !== undefined) process.env.ATTUNE_STORE = server.url;
afterAll(() => server?.stop(), 60_000);

/** Empties the database for tests that expect an empty one. */
function empty(): void {
  const schemas = Object.values(storeParts).map(({ schema }) => schema);
  server?.sql(`DROP SCHEMA IF EXISTS ${schemas.join(', ')} CASCADE`);
}

// Each file has its own hooks.
describe.skipIf(!hasPostgres)('on PostgreSQL', () => {
  it('nobody waits for a transaction of a machine that sleeps', async () => {
    const registry = await openRegistry();
    onTestFinished(() => registry.destroy());
    const { rows } = await sql<{
      limit: string;
    }>`select current_setting('idle_in_transaction_session_timeout') as "limit"`.execute(registry);
    expect(rows).toEqual([{ limit: '10s' }]);
  });
  describe('registry', async () => {
    beforeEach(empty);
    await import('./registry/registry.test.ts');
  });
  describe('leases', async () => {
    beforeEach(empty);
    await import('./registry/leases.test.ts');
  });
  describe('promoting', async () => {
    beforeEach(empty);
    await import('../app/registry/promote.test.ts');
  });
  describe('routes', async () => {
    beforeEach(empty);
    await import('../serving/routes.test.ts');
  });
  describe('watching', async () => {
    beforeEach(empty);
    await import('../monitoring/traces.test.ts');
  });
  describe('kept objects', async () => {
    await import('../serving/kept.test.ts');
  });
  describe('training', async () => {
    await import('../serving/training.test.ts');
  });
});
