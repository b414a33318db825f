// What is kept of conversations goes with the user that they are with.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ResponsesInMemory } from '../../../src/serve/responses/response-store.ts';
import { SharedResponses } from '../../../src/serve/responses/shared-responses.ts';
import { eraseUser, TraceStore } from '../../../src/watch/index.ts';
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
  const server = await fakeServer({}, { responses: new SharedResponses(store, 30) });
  onTestFinished(async () => {
    await server.close();
    await store.close();
  });
  const ids = await conversation(server);
  await eraseUser(store, 'ann');
  expect(await statuses(server, ids)).toEqual([404, 404, 200]);
});

it('in memory', async () => {
  const responses = new ResponsesInMemory();
  const server = await fakeServer({}, { responses });
  onTestFinished(() => server.close());
  const ids = await conversation(server);
  responses.eraseUser('ann');
  expect(await statuses(server, ids)).toEqual([404, 404, 200]);
});
