import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openRegistry } from '../../../src/store/registry/index.ts';
import { openIndex } from '../../../src/store/index-database.ts';
import { TraceStore } from '../../../src/monitoring/traces/trace-store.ts';

const home = mkdtempSync(join(tmpdir(), 'attune-newer-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const index = () => openIndex(join(home, 'index.sqlite'));
const registry = () => openRegistry(join(home, 'registry.sqlite'));
const watch = async () => {
  const store = await TraceStore.open(home);
  return { destroy: () => store.close() };
};

test.each([
  ['index.sqlite', index],
  ['registry.sqlite', registry],
  ['traces.sqlite', watch],
  ['keys.sqlite', watch],
])('%s says that a newer attune wrote it, which version, and what to do', async (file, open) => {
  await (await open()).destroy();
  const path = join(home, file);
  const database = new DatabaseSync(path);
  database.exec("insert into kysely_migration values ('9999-later', '2027-03-01T10:00:00.000Z')");
  database.close();
  await expect(open()).rejects.toMatchObject({
    code: 'E_DATABASE_NEWER',
    what: `${path} was written by a newer version of attune`,
    got: 'tables of version 9999-later, from 2027-03-01',
    expected: expect.stringMatching(/^at most 0\d+-/) as string,
    fix: expect.stringContaining('update attune') as string,
  });
  const mended = new DatabaseSync(path);
  mended.exec("delete from kysely_migration where name = '9999-later'");
  mended.close();
});
