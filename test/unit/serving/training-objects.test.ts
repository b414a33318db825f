// The training API with its files in a bucket.
import { existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endExpiredUploads, filePath } from '../../../src/store/registry/index.ts';
import { KEYS, startS3Server, type S3Server } from '../store/s3-server.ts';
import { trainingServer, type Json, type TrainingServer } from './training-server.ts';

const ROWS = '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n';
const before = { ...process.env };
let bucket: S3Server;
let server: TrainingServer;

beforeAll(async () => {
  bucket = await startS3Server();
  Object.assign(process.env, KEYS, { ATTUNE_OBJECTS: bucket.url });
  server = await trainingServer();
});
afterAll(async () => {
  await server.close();
  await bucket.close();
  process.env = before;
});

const keys = () => [...bucket.objects.keys()].map((key) => key.replace('attune/', ''));

describe('files of the training API in a bucket', () => {
  it('are there when their requests are answered, trained on, and gone when they are deleted', async () => {
    const shop = server.as('shop');
    const id = await shop.upload(ROWS);
    expect(keys()).toEqual([`files/${id}.jsonl`]);
    const { body } = await shop.send('POST', '/v1/fine_tuning/jobs', { model: 'text', training_file: id });
    const { result_files: results } = await shop.until(body.id as string, 'succeeded');
    expect((await shop.send('GET', `/v1/files/${results[0]}/content`)).text).toMatch(/^step,/);
    for (const file of [id, ...results]) expect((await shop.send('DELETE', `/v1/files/${file}`)).status).toBe(200);
    expect(keys()).toEqual([]);
  });

  it('are put together of parts, which go', async () => {
    const shop = server.as('shop');
    const wanted = { filename: 'rows.jsonl', purpose: 'fine-tune', bytes: ROWS.length, mime_type: 'text/jsonl' };
    const { body: upload } = await shop.send('POST', '/v1/uploads', wanted);
    const parts: string[] = [];
    for (const text of [ROWS.slice(0, 20), ROWS.slice(20)]) {
      const form = new FormData();
      form.set('data', new File([text], 'part'));
      parts.push((await shop.send('POST', `/v1/uploads/${upload.id}/parts`, form)).body.id as string);
    }
    expect(keys()).toEqual(parts.map((part) => `parts/${part}`));
    const { body } = await shop.send('POST', `/v1/uploads/${upload.id}/complete`, { part_ids: parts });
    expect(bucket.objects.get(`attune/files/${body.file.id}.jsonl`)!.toString()).toBe(ROWS);
    await shop.send('DELETE', `/v1/files/${body.file.id}`);
    expect(keys()).toEqual([]);
  });

  it('go later where they could not be removed with their upload', async () => {
    const shop = server.as('shop');
    const wanted = { filename: 'rows.jsonl', purpose: 'fine-tune', bytes: ROWS.length, mime_type: 'text/jsonl' };
    const { body: upload } = await shop.send('POST', '/v1/uploads', wanted);
    const form = new FormData();
    form.set('data', new File([ROWS], 'part'));
    await shop.send('POST', `/v1/uploads/${upload.id}/parts`, form);
    bucket.fault = ({ method }) => (method === 'DELETE' ? { status: 403, code: 'AccessDenied' } : undefined);
    expect((await shop.send('POST', `/v1/uploads/${upload.id}/cancel`)).status).toBe(503);
    bucket.fault = () => undefined;
    expect(keys()).toHaveLength(1);
    await endExpiredUploads(server.registry);
    expect(keys()).toEqual([]);
  });

  it('are waited for by an evaluation while the bucket cannot be used', async () => {
    const shop = server.as('shop');
    const id = await shop.upload(JSON.stringify({ item: { answer: 'a' }, sample: { output_text: 'a' } }), 'evals');
    rmSync(filePath(id));
    bucket.fault = ({ method }) => (method === 'GET' ? { status: 403, code: 'AccessDenied' } : undefined);
    const says = {
      type: 'string_check',
      name: 'says',
      input: '{{ sample.output_text }}',
      reference: '{{ item.answer }}',
    };
    const { body: own } = await shop.send('POST', '/v1/evals', {
      data_source_config: { type: 'custom', item_schema: { type: 'object' }, include_sample_schema: true },
      testing_criteria: [{ ...says, operation: 'eq' }],
    });
    const data_source = { type: 'jsonl', source: { type: 'file_id', id } };
    const { body: run } = await shop.send('POST', `/v1/evals/${own.id}/runs`, { data_source });
    const status = async () => (await shop.send('GET', `/v1/evals/${own.id}/runs/${run.id}`)).body.status as string;
    await expect.poll(() => bucket.requests.some(({ method }) => method === 'GET'), { timeout: 5000 }).toBe(true);
    await expect.poll(status).toBe('queued');
    bucket.fault = () => undefined;
    await expect.poll(status, { timeout: 5000 }).toBe('completed');
    await shop.send('DELETE', `/v1/files/${id}`);
  });

  it('that are gone from the bucket are told once, and had again when they are back', async () => {
    const shop = server.as('shop');
    const id = await shop.upload(ROWS);
    const [[key, bytes]] = bucket.objects;
    const read = () =>
      server.app.request(`http://127.0.0.1:8000/v1/files/${id}/content`, {
        headers: { host: '127.0.0.1:8000', authorization: 'Bearer sk-shop' },
      });
    rmSync(filePath(id));
    for (const [left, code] of [
      [undefined, 'file_content_missing'],
      [Buffer.from(bytes).fill('x'), 'file_content_damaged'],
    ] as const) {
      if (left === undefined) bucket.objects.delete(key);
      else bucket.objects.set(key, left);
      const reply = await read();
      const { error } = (await reply.json()) as Json;
      expect([reply.status, error.type, error.code, error.param]).toEqual([500, 'server_error', code, null]);
      // OpenAI's clients recognise this as "do not retry".
      expect(reply.headers.get('x-should-retry')).toBe('false');
      expect(error.message).toContain('upload it again');
      expect(error.message).not.toMatch(/s3:|training/);
    }
    bucket.objects.set(key, bytes);
    expect(await (await read()).text()).toBe(ROWS);
    await shop.send('DELETE', `/v1/files/${id}`);
  });

  it('are refused while the bucket cannot be used, and nothing is left of them', async () => {
    bucket.fault = () => ({ status: 403, code: 'AccessDenied' });
    const form = new FormData();
    form.set('purpose', 'fine-tune');
    form.set('file', new File([ROWS], 'rows.jsonl'));
    const { status, body } = await server.as('shop').send('POST', '/v1/files', form);
    expect([status, body.error.code]).toEqual([503, 'storage_unavailable']);
    const { key } = bucket.requests.findLast(({ method }) => method === 'PUT')!;
    const id = /files\/(file-\w+)\.jsonl/.exec(key)![1];
    expect(existsSync(filePath(id))).toBe(false);
    expect((await server.as('shop').send('GET', '/v1/files')).body.data).toEqual([]);
  });
});
