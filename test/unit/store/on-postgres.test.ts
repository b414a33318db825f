// The tests of registry, jobs, routes and watching once more, on PostgreSQL in place of SQLite.
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { storeParts } from '../../../src/store/store-place.ts';
import { hasPostgres, startPostgres } from '../postgres-server.ts';

const server = hasPostgres ? startPostgres() : undefined;
if (server !== undefined) process.env.ATTUNE_STORE = server.url;
afterAll(() => server?.stop());

function empty(): void {
  const schemas = Object.values(storeParts).map(({ schema }) => schema);
  server?.sql(`DROP SCHEMA IF EXISTS ${schemas.join(', ')} CASCADE`);
}

describe.skipIf(!hasPostgres)('on PostgreSQL', () => {
  describe('from nothing each time', async () => {
    beforeEach(empty);
    await import('../registry/registry.test.ts');
    await import('../registry/promote.test.ts');
    await import('../serve/routes.test.ts');
    await import('../watch/traces.test.ts');
  });
  describe('from what was before', async () => {
    beforeAll(empty);
    await import('../serve/training.test.ts');
  });
});
