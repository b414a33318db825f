// A server whose PostgreSQL becomes unavailable and returns: replies in the meantime, and what is stored of them.
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { keptObjects, openWatcher } from '../../../src/app/serve/open-watcher.ts';
import { settingsSchema } from '../../../src/serving/index.ts';
import { openLog } from '../../../src/serving/watch/log.ts';
import { openRegistry } from '../../../src/store/registry/index.ts';
import { checkedStoreUrl } from '../../../src/store/store-place.ts';
import { hasPostgres, startPostgres } from './postgres-server.ts';
import { fakeServer, type FakeServer } from '../serving/fake-models.ts';
import { ROWS } from '../serving/training-server.ts';

const postgres = hasPostgres ? await startPostgres() : undefined;
const { ATTUNE_STORE: before } = process.env;
afterAll(() => {
  if (before === undefined) delete process.env.ATTUNE_STORE;
  else process.env.ATTUNE_STORE = before;
  postgres?.stop();
}, 60_000);

/** A proxy to a port that can be cut, together with its connections, or frozen. */
async function cuttable(port: number) {
  const sockets = new Map<Socket, Socket>();
  let [isCut, isFrozen] = [false, false];
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      sockets.set(one, other);
      one.on('error', () => undefined).on('close', () => other.destroy());
      if (!isFrozen) one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut(): void {
      isCut = true;
      for (const socket of sockets.keys()) socket.destroy();
    },
    /** Connections are accepted and stay open, but transfer nothing. */
    freeze(): void {
      isFrozen = true;
      for (const socket of sockets.keys()) socket.unpipe();
    },
    mend(): void {
      if (isFrozen) for (const [one, other] of sockets) one.pipe(other);
      [isCut, isFrozen] = [false, false];
    },
    close: () => void server.close(),
  };
}

async function served(settingsOfAddress = '') {
  const url = new URL(`${postgres!.url}${settingsOfAddress}`);
  const way = await cuttable(Number(url.port));
  url.port = String(way.port);
  process.env.ATTUNE_STORE = url.href;
  const lines: Record<string, unknown>[] = [];
  const log = openLog('debug', { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  const settings = settingsSchema.parse({ keep: 'text', keep_responses: true });
  const watcher = (await openWatcher(settings, log))!;
  const kept = keptObjects(settings, watcher);
  const options = { watcher, kept, registry: await openRegistry(), trainer: {} as never };
  const server = await fakeServer({ models: ['text'], training: true }, options);
  onTestFinished(async () => {
    way.mend();
    await server.close();
    way.close();
  }, 60_000);
  return { server, watcher, way, lines };
}

/** Requests that need the database. */
async function areRefused(server: FakeServer, completion_id: string): Promise<void> {
  const messages = [{ role: 'user', content: 'Where?' }];
  const respond = (more: object) => server.send('/v1/responses', { model: 'text', input: 'a', ...more });
  const form = new FormData();
  form.set('purpose', 'fine-tune');
  form.set('file', new File([ROWS], 'rows.jsonl'));
  const refused = [
    server.send('/v1/files'),
    server.app.request('http://127.0.0.1:8000/v1/files', {
      method: 'POST',
      body: form,
      headers: { host: '127.0.0.1:8000' },
    }),
    server.send('/v1/fine_tuning/jobs'),
    respond({}),
    respond({ stream: true }),
    server.send('/v1/chat/completions', { model: 'text', messages, store: true }),
    respond({ previous_response_id: 'resp_1', store: false }),
    server.send('/v1/attune/feedback', { completion_id, score: 'up' }),
  ];
  for (const response of await Promise.all(refused)) {
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.json()).toMatchObject({ error: { code: 'storage_unavailable' } });
  }
}

describe.skipIf(!hasPostgres)('a server whose PostgreSQL is away', () => {
  it('answers, holds its traces, refuses what needs the database, and writes down what it holds', async () => {
    const { server, watcher, way, lines } = await served();
    const messages = [{ role: 'user', content: 'Where?' }];
    const chat = (more = {}) => server.send('/v1/chat/completions', { model: 'text', messages, ...more });
    const respond = (more: object) => server.send('/v1/responses', { model: 'text', input: 'a', ...more });
    expect((await respond({})).status).toBe(200);
    way.cut();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const reply = await chat();
      expect(reply.status).toBe(200);
      ids.push(((await reply.json()) as { id: string }).id);
    }
    await watcher.written();
    const asked = server.state.asked.length;
    await areRefused(server, ids[0]);
    expect(server.state.asked).toHaveLength(asked);
    expect((await respond({ store: false })).status).toBe(200);
    await expect(watcher.eraseUser('ann')).rejects.toMatchObject({ code: 'E_STORE_AWAY' });
    expect(JSON.stringify([lines, server.log])).not.toContain('stack');
    expect(lines.filter(({ msg }) => msg === 'served answers cannot be recorded')).toHaveLength(1);

    way.mend();
    await watcher.written();
    expect(watcher.lost).toBe(0);
    for (const id of ids) expect(await watcher.store.find(id, 0)).toMatchObject({ id, model: 'text' });
    expect((await respond({})).status).toBe(200);
    expect((await server.send('/v1/files')).status).toBe(200);
  });

  it('does the same where PostgreSQL holds its connections and says nothing', async () => {
    const { server, watcher, way, lines } = await served('?query_timeout=1000');
    const chat = async () => {
      const reply = await server.send('/v1/chat/completions', {
        model: 'text',
        messages: [{ role: 'user', content: 'a' }],
      });
      expect(reply.status).toBe(200);
      return ((await reply.json()) as { id: string }).id;
    };
    const ids = [await chat()];
    await watcher.written();
    way.freeze();
    for (let i = 0; i < 3; i++) ids.push(await chat());
    await watcher.written();
    await areRefused(server, ids[0]);
    // The outage is known by now: only one request waits.
    const others = [1, 2, 3].map(() => server.send('/v1/files'));
    for (const { status } of await Promise.all(others)) expect(status).toBe(503);
    expect(lines.filter(({ msg }) => msg === 'served answers cannot be recorded')).toHaveLength(1);

    way.mend();
    await expect.poll(async () => (await server.send('/v1/files')).status, { timeout: 10_000 }).toBe(200);
    await expect
      .poll(() => watcher.written().then(() => watcher.store.find(ids.at(-1)!, 0)), { timeout: 10_000 })
      .toBeDefined();
    expect(watcher.lost).toBe(0);
    for (const id of ids) expect(await watcher.store.find(id, 0)).toMatchObject({ id, model: 'text' });
  });

  it('ends though PostgreSQL says nothing', async () => {
    // Long enough to connect on a busy machine.
    const { server, way } = await served('?query_timeout=1000');
    expect((await server.send('/v1/files')).status).toBe(200);
    way.freeze();
    await server.close();
  });
});

it.each(['0', 'soon', '-5', '1e3'])('a query_timeout of %s is refused', (given) => {
  expect(() => checkedStoreUrl(`postgres://host/db?query_timeout=${given}`, 'ATTUNE_STORE')).toThrow(
    /E_STORE.*query_timeout/s,
  );
});
