// Batches with the unchanged openai package: files in, files out; faults by line; cancellation; resumption at another
// server.
import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';
import { toFile } from 'openai';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { addBatch, addBatchItem, claimBatch, findBatch, WorkerWatch } from '../../../src/store/registry/index.ts';
import { openAiClient } from './openai-client.ts';
import { trainingServer, type Json, type TrainingServer } from './training-server.ts';

let server: TrainingServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const body = { model: 'text', messages: [{ role: 'user', content: 'a' }] };
const url = '/v1/chat/completions';
const row = (custom_id: string, more: object = {}) => ({ custom_id, method: 'POST', url, body, ...more });
const lines = (...rows: object[]) => rows.map((one) => JSON.stringify(one)).join('\n');

async function begun(text: string): Promise<{ client: OpenAI; batch: OpenAI.Batch }> {
  server ??= await trainingServer();
  const client = openAiClient(server.app, 'sk-shop');
  const file = await client.files.create({ purpose: 'batch', file: await toFile(Buffer.from(text), 'b.jsonl') });
  const asked = { endpoint: url, input_file_id: file.id, completion_window: '24h', metadata: { a: 'b' } } as const;
  return { client, batch: await client.batches.create(asked) };
}

async function ended(client: OpenAI, { id }: OpenAI.Batch): Promise<OpenAI.Batch> {
  for (let tries = 0; tries < 300; tries++) {
    const batch = await client.batches.retrieve(id);
    if (['completed', 'failed', 'cancelled', 'expired'].includes(batch.status)) return batch;
    await sleep(20);
  }
  throw new Error('The batch has not ended.');
}

async function rowsOf(client: OpenAI, id: string | null | undefined): Promise<Json[]> {
  const text = await (await client.files.content(id!)).text();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
}

describe('a batch', () => {
  it('answers every request, and tells of those that were refused in a file of their own', async () => {
    const wrong = row('wrong', { body: { ...body, temperature: 9 } });
    const stream = row('stream', { body: { ...body, stream: true } });
    const { client, batch } = await begun(lines(row('one'), wrong, row('two'), stream));
    expect(batch).toMatchObject({ object: 'batch', status: 'validating', metadata: { a: 'b' }, errors: null });
    const done = await ended(client, batch);
    expect(done).toMatchObject({ status: 'completed', request_counts: { total: 4, completed: 2, failed: 2 } });
    const answers = await rowsOf(client, done.output_file_id);
    expect(answers.map(({ custom_id: id }) => id as string)).toEqual(['one', 'two']);
    expect(answers[0]).toMatchObject({
      error: null,
      response: { status_code: 200, body: { choices: [{ message: { content: 'tuned' } }] } },
    });
    const refused = await rowsOf(client, done.error_file_id);
    expect(refused).toMatchObject([
      { custom_id: 'wrong', response: { status_code: 400, body: { error: { param: 'temperature' } } } },
      { custom_id: 'stream', response: { status_code: 400, body: { error: { param: 'stream' } } } },
    ]);
    expect((await client.files.retrieve(done.output_file_id!)).purpose).toBe('batch_output');
    const all: string[] = [];
    for await (const { id } of client.batches.list({ limit: 1 })) all.push(id);
    expect(all).toEqual([batch.id]);
    expect((await server!.as('bank').send('GET', `/v1/batches/${batch.id}`)).status).toBe(404);
    // Requests in batches are logged like those of clients, with their key.
    const logged = server!.log.filter(({ msg, path, key }) => msg === 'request' && path === url && key === 'shop');
    expect(logged).toHaveLength(2);
  });

  it('asks upstream servers that its requests name', async () => {
    const sent: string[] = [];
    vi.stubGlobal('fetch', (address: string, { body: text }: { body: string }) => {
      sent.push(`${address} ${(JSON.parse(text) as { model: string }).model}`);
      const choices = [{ index: 0, message: { role: 'assistant', content: 'far away' }, finish_reason: 'stop' }];
      return Promise.resolve(Response.json({ choices, usage: { prompt_tokens: 3, completion_tokens: 2 } }));
    });
    onTestFinished(() => void vi.unstubAllGlobals());
    const upstreams = { big: { api_base: 'https://api.example.com/v1', model: 'large' } };
    server = await trainingServer({ upstreams });
    const { client, batch } = await begun(lines(row('here'), row('far', { body: { ...body, model: 'big' } })));
    const answers = await rowsOf(client, (await ended(client, batch)).output_file_id);
    expect(answers.map(({ response }) => response.body.choices[0].message.content as string)).toEqual([
      'tuned',
      'far away',
    ]);
    expect(sent).toEqual(['https://api.example.com/v1/chat/completions large']);
    const counted = server.log.find(({ msg, model }) => msg === 'request' && model === 'big');
    expect(counted).toMatchObject({ key: 'shop', tokens: { prompt: 3, shared: 0, answer: 2 } });
  });

  it('fails with what is wrong in its file, by line', async () => {
    const { client, batch } = await begun(
      ['{"custom_id": ', lines(row('a'), row('a'), row('b', { url: '/v1/embeddings' }), row('c', { body: 1 }))].join(
        '\n',
      ),
    );
    const { status, errors } = await ended(client, batch);
    expect(status).toBe('failed');
    expect(errors?.data?.map(({ line, code, param }) => [line, code, param])).toEqual([
      [1, 'invalid_json_line', null],
      [3, 'duplicate_custom_id', null],
      [4, 'invalid_request', 'url'],
      [5, 'invalid_request', 'body'],
    ]);
  });

  it('takes files of its purpose only', async () => {
    server = await trainingServer();
    const shop = server.as('shop');
    const asked = { endpoint: url, completion_window: '24h' };
    const input_file_id = await shop.upload('{}', 'user_data');
    expect(await shop.send('POST', '/v1/batches', { ...asked, input_file_id })).toMatchObject({ status: 400 });
    const none = await shop.send('POST', '/v1/batches', { ...asked, input_file_id: 'file-1' });
    expect(none.body.error).toMatchObject({ param: 'input_file_id', code: 'file_not_found' });
  });

  it('keeps what was answered when it is cancelled', async () => {
    server = await trainingServer({}, { pause: 20 });
    const rows = Array.from({ length: 300 }, (_, i) => row(`r${i}`));
    const { client, batch } = await begun(lines(...rows));
    while ((await client.batches.retrieve(batch.id)).request_counts!.completed === 0) await sleep(10);
    expect((await client.batches.cancel(batch.id)).status).toBe('cancelling');
    const done = await ended(client, batch);
    const { completed, failed, total } = done.request_counts!;
    expect([done.status, completed + failed, total]).toEqual(['cancelled', 300, 300]);
    expect(completed).toBeGreaterThan(0);
    expect(failed).toBeGreaterThan(0);
    expect((await rowsOf(client, done.error_file_id)).at(-1)).toMatchObject({ error: { code: 'batch_cancelled' } });
    await expect(client.batches.cancel(batch.id)).rejects.toThrow('is cancelled');
  });

  it('whose server is gone goes on where it was', async () => {
    server = await trainingServer();
    const { registry } = server;
    const input_file = await server.as('shop').upload(lines(row('a'), row('b')), 'batch');
    const given = { owner: 'nobody', endpoint: url, input_file, metadata: {}, file_seconds: null, fingerprint: '' };
    const batch = await addBatch(registry, { ...given, expires_at: Date.now() + 60_000 });
    const line = JSON.stringify({ custom_id: 'a', response: { status_code: 200, body: 'kept' } });
    await addBatchItem(registry, batch.id, { place: 0, status: 200, line });
    const taken = { owner: 'shop', status: 'in_progress', total: 2, worker: null };
    await registry.updateTable('batches').set(taken).where('id', '=', batch.id).execute();
    const client = openAiClient(server.app, 'sk-shop');
    const done = await ended(client, { id: batch.id } as OpenAI.Batch);
    const answers = await rowsOf(client, done.output_file_id);
    expect(answers).toMatchObject([
      { response: { body: 'kept' } },
      { response: { body: { object: 'chat.completion' } } },
    ]);
    expect(await findBatch(registry, batch.id)).toMatchObject({ status: 'completed', worker: null });
    expect(await claimBatch(registry, new WorkerWatch(), [])).toBeUndefined();
  });
});
