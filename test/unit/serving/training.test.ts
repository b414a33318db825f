import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filePath, findJob, readAudit } from '../../../src/store/registry/index.ts';
import { ApiDocument } from './api-document.ts';
import { ROWS, trainingServer, type Client, type Json, type TrainingServer } from './training-server.ts';

let server: TrainingServer;
beforeAll(async () => {
  server = await trainingServer();
});
afterAll(() => server.close());

async function begun(client: Client, fields: object = {}, rows = ROWS) {
  const training_file = await client.upload(rows);
  return client.send('POST', '/v1/fine_tuning/jobs', { model: 'text', training_file, ...fields });
}

describe('files', () => {
  it('are kept as they were sent, seen by their key alone, and gone when deleted', async () => {
    const [shop, bank] = [server.as('shop'), server.as('bank')];
    const id = await shop.upload(ROWS);
    const { body } = await shop.send('GET', `/v1/files/${id}`);
    expect(body).toMatchObject({
      filename: 'rows.jsonl',
      bytes: ROWS.length,
      purpose: 'fine-tune',
      status: 'processed',
    });
    expect((await shop.send('GET', `/v1/files/${id}/content`)).text).toBe(ROWS);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/content'],
      ['DELETE', ''],
    ])
      expect((await bank.send(method, `/v1/files/${id}${path}`)).status, path).toBe(404);
    expect((await bank.send('GET', '/v1/files')).body.data).not.toContainEqual(expect.objectContaining({ id }));
    expect((await shop.send('DELETE', `/v1/files/${id}`)).body).toEqual({ id, object: 'file', deleted: true });
    expect(existsSync(filePath(id))).toBe(false);
    expect((await shop.send('GET', `/v1/files/${id}`)).status).toBe(404);
  });

  it('come in pages, and a key has only so much room', async () => {
    const desk = server.as('desk');
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push(await desk.upload(ROWS));
    const { body } = await desk.send('GET', '/v1/files?limit=2&order=asc');
    expect(body).toMatchObject({ has_more: true, first_id: ids[0], last_id: ids[1] });
    const next = await desk.send('GET', `/v1/files?limit=2&order=asc&after=${ids[1]}`);
    expect(next.body).toMatchObject({ has_more: false, data: [{ id: ids[2] }] });
    expect((await desk.send('GET', '/v1/files?after=file-none')).status).toBe(400);
    expect((await desk.send('GET', '/v1/files?limt=2')).body.error.message).toContain('did you mean limit?');
    await expect(desk.upload('x'.repeat(2000))).rejects.toThrow('insufficient_quota');
  });

  it.each([
    ['no file', (form: FormData) => form.delete('file'), 'file'],
    ['no purpose', (form: FormData) => form.delete('purpose'), 'purpose'],
    ['another purpose', (form: FormData) => form.set('purpose', 'fun'), 'purpose'],
    ['NUL in its name', (form: FormData) => form.set('file', new File([ROWS], 'a\0b.jsonl')), 'file'],
    ['an unknown field', (form: FormData) => form.set('porpose', 'x'), 'porpose'],
  ])('with %s are refused', async (_, change, param) => {
    const form = new FormData();
    form.set('purpose', 'fine-tune');
    form.set('file', new File([ROWS], 'rows.jsonl'));
    change(form);
    const { status, body } = await server.as('bank').send('POST', '/v1/files', form);
    expect([status, body.error.param]).toEqual([400, param]);
  });

  it('may be sent in parts', async () => {
    const bank = server.as('bank');
    const begin = { filename: 'rows.jsonl', purpose: 'fine-tune', bytes: ROWS.length, mime_type: 'text/jsonl' };
    const { body: upload } = await bank.send('POST', '/v1/uploads', begin);
    const part = async (text: string) => {
      const form = new FormData();
      form.set('data', new File([text], 'blob'));
      return (await bank.send('POST', `/v1/uploads/${upload.id}/parts`, form)).body.id as string;
    };
    const [second, first] = [await part(ROWS.slice(50)), await part(ROWS.slice(0, 50))];
    const complete = (part_ids: string[]) => bank.send('POST', `/v1/uploads/${upload.id}/complete`, { part_ids });
    expect((await complete([first])).body.error.param).toBe('part_ids');
    const { body } = await complete([first, second]);
    expect(body).toMatchObject({ status: 'completed', file: { bytes: ROWS.length } });
    expect((await bank.send('GET', `/v1/files/${body.file.id}/content`)).text).toBe(ROWS);
    expect((await complete([first, second])).body.error.code).toBe('upload_not_pending');
  });
});

describe('jobs', () => {
  it('go from a file to a model that only its key can use, and that it can delete', async () => {
    const [shop, bank] = [server.as('shop'), server.as('bank')];
    const { body } = await begun(shop, { suffix: 'parcels', metadata: { a: 'b' } });
    expect(body).toMatchObject({ status: 'validating_files', fine_tuned_model: null, method: { type: 'supervised' } });
    const job = await shop.until(body.id as string, 'succeeded');
    const model = job.fine_tuned_model as string;
    expect(model).toMatch(/^ft:text:attune:parcels:\w{8}$/);
    expect(job.trained_tokens).toBe(10);
    const chat = { model, messages: [{ role: 'user', content: 'hello' }] };
    expect((await shop.send('POST', '/v1/chat/completions', chat)).body.choices[0].message.content).toBe('tuned');
    expect((await bank.send('POST', '/v1/chat/completions', chat)).body.error.code).toBe('model_not_found');
    const named = async (client: Client) =>
      ((await client.send('GET', '/v1/models')).body.data as { id: string }[]).map(({ id }) => id);
    expect(await named(shop)).toContain(model);
    expect(await named(bank)).not.toContain(model);
    const table = await shop.send('GET', `/v1/files/${job.result_files[0]}/content`);
    expect(table.text.split('\n')[1]).toBe('1,0.25,0.5,,,,');
    const checkpoints = await shop.send('GET', `/v1/fine_tuning/jobs/${job.id}/checkpoints`);
    expect(checkpoints.body.data[0]).toMatchObject({
      fine_tuned_model_checkpoint: `${model}:ckpt-step-1`,
      step_number: 1,
    });
    expect((await bank.send('DELETE', `/v1/models/${model}`)).status).toBe(404);
    expect((await shop.send('DELETE', '/v1/models/text')).status).toBe(403);
    expect((await shop.send('DELETE', `/v1/models/${encodeURIComponent(model)}`)).body.deleted).toBe(true);
    expect((await shop.send('POST', '/v1/chat/completions', chat)).status).toBe(404);
    const { entries } = await readAudit(server.registry, { subject: model });
    expect(entries.map(({ action, by }) => `${action} by ${by}`)).toContain('model-deleted by key:shop');
  });

  it('of somebody else are not there', async () => {
    const [shop, bank] = [server.as('shop'), server.as('bank')];
    const { body } = await begun(shop);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/events'],
      ['GET', '/checkpoints'],
      ['POST', '/cancel'],
      ['POST', '/pause'],
      ['POST', '/resume'],
    ])
      expect((await bank.send(method, `/v1/fine_tuning/jobs/${body.id}${path}`)).status, path).toBe(404);
    expect((await bank.send('GET', '/v1/fine_tuning/jobs')).body.data).not.toContainEqual(
      expect.objectContaining({ id: body.id }),
    );
    const stolen = { model: 'text', training_file: body.training_file };
    expect((await bank.send('POST', '/v1/fine_tuning/jobs', stolen)).body.error).toMatchObject({
      param: 'training_file',
      code: 'file_not_found',
    });
  });

  it('fail by line and field where a row is bad', async () => {
    const bank = server.as('bank');
    const bad = `${ROWS}\n${JSON.stringify({ messages: [{ role: 'usr', content: 'a' }] })}\n`;
    const { body } = await begun(bank, {}, bad);
    const { error } = await bank.until(body.id as string, 'failed');
    expect(error).toMatchObject({ code: 'invalid_training_file', param: 'training_file' });
    expect(error.message).toContain('line 4, messages[0].role: is not a role');
    const pairs = await begun(bank, { method: { type: 'dpo' } });
    expect((await bank.until(pairs.body.id as string, 'failed')).error.code).toBe('invalid_training_file');
    expect(server.trained).not.toContain(body.id);
  });

  it.each([
    [{ model: 'txt' }, 'model', 404],
    [{ model: 'rows' }, 'model', 400],
    [{ suffix: '../x' }, 'suffix', 400],
    [{ hyperparameters: { n_epoch: 3 } }, 'hyperparameters.n_epoch', 400],
    [{ method: { type: 'dpo', dpo: { hyperparameters: { beta: 3 } } } }, 'method.dpo.hyperparameters.beta', 400],
    [{ integrations: [{ type: 'wandb', wandb: { project: 'a' } }] }, 'integrations', 400],
  ])('are refused at once for %j', async (fields, param, status) => {
    const reply = await begun(server.as('bank'), fields);
    expect([reply.status, reply.body.error.param]).toEqual([status, param]);
  });

  it('are paused, resumed and cancelled, one at a time, within their quota', async () => {
    const held = await trainingServer({}, { holds: true });
    const desk = held.as('desk');
    // A job is running before its trainer has started; a slow store prolongs this.
    const trains = (...jobs: string[]) => expect.poll(() => held.trained, { timeout: 5000 }).toEqual(jobs);
    const first = (await begun(desk)).body.id as string;
    await trains(first);
    const [second, third] = [await begun(desk), await begun(desk)].map(({ body }) => body.id as string);
    const ask = async (job: string, what: string) => desk.send('POST', `/v1/fine_tuning/jobs/${job}/${what}`);
    expect((await begun(desk)).body.error.code).toBe('insufficient_quota');
    expect((await ask(third, 'cancel')).body.status).toBe('cancelled');
    expect((await desk.until(second, 'queued')).status).toBe('queued');
    expect(held.trained).toEqual([first]);
    await ask(first, 'pause');
    await desk.until(first, 'paused');
    await trains(first, second);
    expect((await ask(first, 'resume')).body.status).toBe('queued');
    expect((await ask(third, 'resume')).body.error.code).toBe('invalid_job_status');
    await ask(second, 'cancel');
    await desk.until(second, 'cancelled');
    await trains(first, second, first);
    held.release();
    await desk.until(first, 'succeeded');
    const events = (await desk.send('GET', `/v1/fine_tuning/jobs/${first}/events?limit=100`)).body.data as {
      type: string;
      data: { step: number };
    }[];
    expect(events.filter(({ type }) => type === 'metrics').map(({ data }) => data.step)).toEqual([1]);
    await held.close();
  });

  it('that another server has taken over are left to it, and their worker is stopped', async () => {
    const held = await trainingServer({}, { holds: true });
    try {
      const shop = held.as('shop');
      const { body } = await begun(shop);
      const { id } = await shop.until(body.id as string, 'running');
      const { lease } = (await findJob(held.registry, id as string))!;
      const worker = JSON.stringify({ pid: 1, startTime: '1', machine: 'another', seenAt: 1 });
      const taken = { lease: lease + 1, worker };
      await held.registry.updateTable('jobs').set(taken).where('id', '=', id).execute();
      const said = () => held.log.some(({ msg, job }) => job === id && String(msg).includes('has taken over a job'));
      await expect.poll(said, { timeout: 5000 }).toBe(true);
      expect(await findJob(held.registry, id as string)).toMatchObject({ status: 'running', ...taken });
      expect(held.trained).toEqual([id]);
      const { data } = (await shop.send('GET', `/v1/fine_tuning/jobs/${id}/events`)).body;
      expect(data[0].message).not.toMatch(/paused|cancelled|failed/);
    } finally {
      await held.close();
    }
  });

  it('are not made twice by a client that asks again', async () => {
    const bank = server.as('bank');
    const body = { model: 'text', training_file: await bank.upload(ROWS) };
    const first = await bank.send('POST', '/v1/fine_tuning/jobs', body);
    const again = await bank.send('POST', '/v1/fine_tuning/jobs', body, { 'x-stainless-retry-count': '1' });
    expect(again.body.id).toBe(first.body.id);
    expect((await bank.send('POST', '/v1/fine_tuning/jobs', body)).body.id).not.toBe(first.body.id);
  });

  it('are found by their metadata, in pages', async () => {
    const bank = server.as('bank');
    const ids = [];
    for (const team of ['a', 'b', 'a']) ids.push((await begun(bank, { metadata: { team } })).body.id);
    const { body } = await bank.send('GET', '/v1/fine_tuning/jobs?metadata[team]=a&limit=1');
    expect([body.data[0].id, body.has_more]).toEqual([ids[2], true]);
    const next = await bank.send('GET', `/v1/fine_tuning/jobs?metadata[team]=a&after=${ids[2]}`);
    expect(next.body.data.map(({ id }: { id: string }) => id)).toEqual([ids[0]]);
  });
});

describe('permissions', () => {
  it('let another key use a model, until they are taken away', async () => {
    const [shop, bank] = [server.as('shop'), server.as('bank')];
    const model = (await shop.until((await begun(shop)).body.id as string, 'succeeded')).fine_tuned_model as string;
    const path = `/v1/fine_tuning/checkpoints/${encodeURIComponent(model)}/permissions`;
    const ask = () => bank.send('POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'a' }] });
    expect((await bank.send('POST', path, { project_ids: ['bank'] })).status).toBe(404);
    const { body } = await shop.send('POST', path, { project_ids: ['bank'] });
    expect((await ask()).status).toBe(200);
    expect((await bank.send('DELETE', `/v1/models/${model}`)).status).toBe(403);
    expect((await shop.send('DELETE', `${path}/${body.data[0].id}`)).body.deleted).toBe(true);
    expect((await ask()).status).toBe(404);
  });
});

describe('webhooks', () => {
  it('tell of a job that has ended, signed as the openai package checks it', async () => {
    const secret = `whsec_${Buffer.from('a secret of twenty-four').toString('base64')}`;
    const taken = Promise.withResolvers<{ body: string; headers: Headers }>();
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.end();
        taken.resolve({
          body: Buffer.concat(chunks).toString(),
          headers: new Headers(request.headers as Record<string, string>),
        });
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      receiver.once('listening', resolve);
    });
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const told = await trainingServer({ webhooks: [{ url, secret }] });
    const job = (await begun(told.as('bank'))).body.id as string;
    const { body, headers } = await taken.promise;
    const client = new OpenAI({ apiKey: 'x', webhookSecret: secret });
    expect(await client.webhooks.unwrap(body, headers)).toMatchObject({
      type: 'fine_tuning.job.succeeded',
      data: { id: job },
    });
    await expect(client.webhooks.unwrap(`${body} `, headers)).rejects.toThrow('signature');
    receiver.close();
    await told.close();
  });
});

it('replies are as the document says', async () => {
  const bank = server.as('bank');
  const { body: job } = await begun(bank);
  await bank.until(job.id as string, 'succeeded');
  expect((await findJob(server.registry, job.id as string))?.status).toBe('succeeded');
  const api = new ApiDocument((await bank.send('GET', '/openapi.json')).body);
  const replies: [method: string, path: string, of: string][] = [
    ['get', '/v1/files', '/v1/files'],
    ['get', '/v1/files/{file_id}', `/v1/files/${job.training_file}`],
    ['get', '/v1/fine_tuning/jobs', '/v1/fine_tuning/jobs'],
    ['get', '/v1/fine_tuning/jobs/{job_id}', `/v1/fine_tuning/jobs/${job.id}`],
    ['get', '/v1/fine_tuning/jobs/{job_id}/events', `/v1/fine_tuning/jobs/${job.id}/events`],
    ['get', '/v1/fine_tuning/jobs/{job_id}/checkpoints', `/v1/fine_tuning/jobs/${job.id}/checkpoints`],
  ];
  for (const [method, path, of] of replies) {
    const { text } = await bank.send(method.toUpperCase(), of);
    const response = new Response(text, { status: 200, headers: { 'content-type': 'application/json' } });
    expect(await api.faultsOf(response, path, method), path).toEqual([]);
  }
});

describe('evals', () => {
  const config = { type: 'custom', item_schema: { type: 'object' } };
  const says = {
    type: 'string_check',
    name: 'says',
    operation: 'eq',
    input: '{{ sample.output_text }}',
    reference: '{{ item.answer }}',
  };
  const made = async (client: Client, criteria: object[] = [says]) =>
    client.send('POST', '/v1/evals', { name: 'tickets', data_source_config: config, testing_criteria: criteria });
  const rows = [
    { item: { question: 'a', answer: 'tuned' } },
    { item: { question: 'b', answer: 'other' } },
    { item: { answer: 'c' } },
  ];
  const template = [{ role: 'user', content: 'Say {{ item.question }}' }];

  async function finished(client: Client, path: string): Promise<Json> {
    for (let tries = 0; tries < 500; tries++) {
      const { body } = await client.send('GET', path);
      if (['completed', 'failed', 'canceled'].includes(body.status as string)) return body;
      await sleep(10);
    }
    throw new Error('the run does not end');
  }

  it('ask a model, score its answers, and belong to their key', async () => {
    const [shop, bank] = [server.as('shop'), server.as('bank')];
    const { body: own } = await made(shop);
    const data_source = {
      type: 'completions',
      model: 'text',
      source: { type: 'file_content', content: rows },
      input_messages: { type: 'template', template },
    };
    const { body: run } = await shop.send('POST', `/v1/evals/${own.id}/runs`, { data_source });
    const path = `/v1/evals/${own.id}/runs/${run.id}`;
    const ended = await finished(shop, path);
    expect(ended).toMatchObject({ status: 'completed', result_counts: { total: 3, passed: 1, failed: 1, errored: 1 } });
    expect(ended.per_testing_criteria_results).toEqual([{ testing_criteria: 'says', passed: 1, failed: 1 }]);
    expect(ended.attune.pass_rate).toBe(0.5);
    const failed = await shop.send('GET', `${path}/output_items?status=fail`);
    expect(failed.body.data).toMatchObject([{ datasource_item_id: 1, sample: { output: [{ content: 'tuned' }] } }]);
    const alone = await shop.send('GET', `${path}/output_items/${failed.body.data[0].id}`);
    expect(alone.body).toEqual(failed.body.data[0]);
    for (const hidden of [`/v1/evals/${own.id}`, path]) expect((await bank.send('GET', hidden)).status).toBe(404);
    expect((await shop.send('POST', path)).body.error.code).toBe('invalid_run_status');
    expect((await shop.send('DELETE', `/v1/evals/${own.id}`)).body).toMatchObject({ deleted: true });
    expect((await shop.send('GET', path)).status).toBe(404);
  });

  it('score answers that are given, from a file too', async () => {
    const bank = server.as('bank');
    const near = {
      ...says,
      type: 'text_similarity',
      evaluation_metric: 'fuzzy_match',
      pass_threshold: 0.8,
      operation: undefined,
    };
    const { body: own } = await made(bank, [near]);
    const given = ['parcels', 'nothing'].map((output_text) => ({
      item: { answer: 'parcel' },
      sample: { output_text },
    }));
    const id = await bank.upload(given.map((row) => JSON.stringify(row)).join('\n'), 'evals');
    const data_source = { type: 'jsonl', source: { type: 'file_id', id } };
    const { body: run } = await bank.send('POST', `/v1/evals/${own.id}/runs`, { data_source });
    const ended = await finished(bank, `/v1/evals/${own.id}/runs/${run.id}`);
    expect(ended.result_counts).toEqual({ total: 2, passed: 1, failed: 1, errored: 0 });
    expect((await bank.send('POST', `/v1/evals/${own.id}`, { name: 'other' })).body.name).toBe('other');
    expect((await bank.send('GET', '/v1/evals?limit=1')).body.data[0].id).toBe(own.id);
  });

  it.each([
    [[{ ...says, operation: 'is' }], 'testing_criteria.operation'],
    [[{ ...says, input: '{{ env.KEY }}' }], 'testing_criteria'],
    [[{ type: 'score_model', name: 'a' }], 'testing_criteria.type'],
  ])('are refused for %j', async (criteria, param) => {
    const { status, body } = await made(server.as('bank'), criteria);
    expect([status, body.error.param]).toEqual([400, param]);
  });
});
