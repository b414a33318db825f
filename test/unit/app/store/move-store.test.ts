import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { moveStore } from '../../../../src/app/store/move-store.ts';
import type { AttuneError } from '../../../../src/base/errors.ts';
import { openRegistry } from '../../../../src/store/registry/index.ts';
import { TraceStore } from '../../../../src/monitoring/traces/trace-store.ts';
import { hasPostgres, startPostgres } from '../../store/postgres-server.ts';

const server = hasPostgres ? await startPostgres() : undefined;
const { ATTUNE_HOME: home, ATTUNE_STORE: url } = process.env;
process.env.ATTUNE_HOME = mkdtempSync(join(tmpdir(), 'attune-move-'));
delete process.env.ATTUNE_STORE;
afterAll(() => {
  process.env.ATTUNE_HOME = home;
  if (url === undefined) delete process.env.ATTUNE_STORE;
  else process.env.ATTUNE_STORE = url;
  server?.stop();
}, 60_000);

async function served(): Promise<void> {
  const store = await TraceStore.open();
  const owner = store.keys.hash('user ada');
  const text = await store.keys.seal(owner, 'a 0', { prompt: 'Where is it?', answer: 'On its way.' });
  const place = { id: 'a', choice: 0, at: 1, model: 'support', version: 'support@1', operation: 'chat', key: null };
  const rest = { status: 200, milliseconds: 1, label: null, confidence: 0.25, words: new Uint8Array([0, 1]) };
  await store.add([{ ...place, ...rest, user: owner, signals: '{}', text, expires_at: 2 ** 42 }]);
  await store.close();
}

describe.skipIf(!hasPostgres)('the store of one machine', () => {
  it('arrives in a database with its texts, once', async () => {
    await (await openRegistry()).destroy();
    await served();
    const { moved } = await moveStore({ to: server!.url });
    expect(moved).toMatchObject({ registry: { versions: 0 }, traces: { traces: 1 } });
    process.env.ATTUNE_STORE = server!.url;
    const store = await TraceStore.open();
    const row = (await store.find('a', 0))!;
    expect(row).toMatchObject({ at: 1, confidence: 0.25 });
    expect(await store.keys.unseal(row.user!, 'a 0', row.text!)).toMatchObject({ answer: 'On its way.' });
    await store.close();
    delete process.env.ATTUNE_STORE;
    await expect(moveStore({ to: server!.url })).rejects.toMatchObject({ code: 'E_STORE_NOT_EMPTY' });
  });

  it('arrives without characters that PostgreSQL cannot hold, and says in which rows they were', async () => {
    const registry = await openRegistry();
    const file = { owner: '', purpose: 'batch', bytes: 1, sha256: 'a', created_at: 1, expires_at: null };
    await registry
      .insertInto('files')
      .values([
        { ...file, id: 'file-1', filename: 'a\0b.jsonl' },
        { ...file, id: 'file-2', filename: 'a.jsonl' },
      ])
      .execute();
    await registry.destroy();
    server!.sql('CREATE DATABASE nul');
    const { moved, mended } = await moveStore({ to: new URL('/nul', server!.url).href });
    expect(moved.registry).toMatchObject({ files: 2 });
    expect(mended).toEqual([{ table: 'files', row: 'file-1', columns: ['filename'] }]);
  });

  it('is not moved where nobody answers, and no password is repeated', async () => {
    const error = await moveStore({ to: 'postgres://ada:word@127.0.0.1:1/x' }).catch((one: AttuneError) => one);
    expect(error).toMatchObject({ code: 'E_STORE_AWAY', got: 'connect ECONNREFUSED 127.0.0.1:1' });
    expect(JSON.stringify(error)).not.toContain('word@');
  });
});
