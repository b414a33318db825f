// Stored conversations are erased with their user.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { keptObjects, openWatcher } from '../../../src/app/serve/open-watcher.ts';
import { settingsSchema } from '../../../src/serving/index.ts';
import { KeptInMemory } from '../../../src/serving/kept/kept-in-memory.ts';
import { eraseUser, KeptObjects, TraceStore } from '../../../src/monitoring/index.ts';
import { fakeServer, type FakeServer } from './fake-models.ts';

async function answered(server: FakeServer, more: object): Promise<string> {
  const answer = await server.send('/v1/responses', { model: 'text', input: 'a', ...more });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { id: string }).id;
}

async function conversation(server: FakeServer): Promise<string[]> {
  const first = await answered(server, { user: 'ann' });
  return [first, await answered(server, { previous_response_id: first }), await answered(server, { user: 'bob' })];
}

const statuses = (server: FakeServer, ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await server.send(`/v1/responses/${id}`)).status));

it('in a database, and what goes on from it without the user being named again', async () => {
  const store = await TraceStore.open(mkdtempSync(join(tmpdir(), 'attune-responses-')));
  const server = await fakeServer({}, { kept: new KeptObjects(store, { days: 30, mostBytes: 2 ** 30 }) });
  onTestFinished(async () => {
    await server.close();
    await store.close();
  });
  const ids = await conversation(server);
  await eraseUser(store, 'ann');
  expect(await statuses(server, ids)).toEqual([404, 404, 200]);
});

it('in memory', async () => {
  const kept = new KeptInMemory();
  const server = await fakeServer({}, { kept });
  onTestFinished(() => server.close());
  const ids = await conversation(server);
  kept.eraseUser('ann');
  expect(await statuses(server, ids)).toEqual([404, 404, 200]);
});

it('in a database are bounded by their bytes: the oldest go', async () => {
  const store = await TraceStore.open(mkdtempSync(join(tmpdir(), 'attune-responses-')));
  onTestFinished(() => store.close());
  const kept = new KeptObjects(store, { days: 30, mostBytes: 5000 });
  const ids = Array.from({ length: 8 }, (_, i) => `resp_${i}`);
  for (const [i, id] of ids.entries()) {
    vi.useFakeTimers({ now: 1_800_000_000_000 + i, toFake: ['Date'] });
    await kept.add([{ id, kind: 'response', head: {}, value: 'x'.repeat(1000) }]);
  }
  vi.useRealTimers();
  await kept.bound();
  const left = await store.database.selectFrom('responses').select(['id', 'text']).orderBy('id').execute();
  expect(left.map(({ id }) => id)).toEqual(ids.slice(4));
  expect(left.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(5000);
});

it('are in no database unless the server was told to keep them', async () => {
  vi.stubEnv('ATTUNE_HOME', mkdtempSync(join(tmpdir(), 'attune-responses-')));
  onTestFinished(() => void vi.unstubAllEnvs());
  const watcher = (await openWatcher(settingsSchema.parse({}), pino({ level: 'silent' })))!;
  onTestFinished(() => watcher.close());
  expect(keptObjects(settingsSchema.parse({ keep: 'text' }), watcher)).toBeUndefined();
  expect(keptObjects(settingsSchema.parse({ keep_responses: true }), watcher)).toBeInstanceOf(KeptObjects);
  const unwatched = openWatcher(settingsSchema.parse({ keep_responses: true, monitor: false }), pino());
  await expect(unwatched).rejects.toMatchObject({
    code: 'E_SERVE_SETTINGS',
    got: '--keep-responses with --no-monitor',
  });
});
