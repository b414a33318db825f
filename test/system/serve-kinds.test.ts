import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toFile, type OpenAI } from 'openai';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeTinyHead } from './cli-tiny-heads.ts';
import { writeTinyWhisper } from './cli-tiny-whisper.ts';
import { post, startServer, tinyFolder, type TestServer } from './serve-tiny.ts';

let files: Awaited<ReturnType<typeof tinyFolder>>;
let server: TestServer;
let client: OpenAI;

beforeAll(async () => {
  files = await tinyFolder();
  const path = (name: string) => join(files.folder, name);
  for (const head of ['label', 'labels', 'number', 'tags', 'stretch'] as const)
    writeTinyHead(path(head), head, ['lamp', 'late', 'where']);
  writeTinyWhisper(path('hears'), ['one', 'two', 'three']);
  // These tests do not need processes for seven models.
  vi.stubEnv('ATTUNE_IN_PROCESS', '1');
  const names = ['label', 'labels', 'number', 'tags', 'stretch', 'hears', 'tiny'];
  server = await startServer({ models: names.map(path) });
  ({ client } = server);
});
afterAll(async () => {
  await server.close();
  vi.unstubAllEnvs();
  files.remove();
});

describe('/v1/classify', () => {
  const classify = (model: string, input: unknown, more = {}) =>
    post(server, '/v1/classify', { model, input, ...more });

  it('gives each text its class with all probabilities, in the order of the classes', async () => {
    const { status, body } = await classify('label', ['where is my lamp', 'late']);
    expect(status).toBe(200);
    for (const { label, probability, probabilities, probs, num_classes: count } of body!.data) {
      expect(['billing', 'login', 'shipping']).toContain(label);
      expect(probs.reduce((sum: number, value: number) => sum + value, 0)).toBeCloseTo(1, 5);
      expect({ probability: probabilities[label], count }).toEqual({ probability, count: 3 });
      expect(probability).toBe(Math.max(...probs));
    }
    expect(body!.usage.prompt_tokens).toBeGreaterThan(4);
  });

  it('gives numbers, several classes, tagged words and answers found in texts', async () => {
    expect((await classify('number', 'where is my lamp')).body!.data[0].value).toEqual(expect.any(Number));
    expect((await classify('labels', 'where', { threshold: 0.01 })).body!.data[0].labels).toHaveLength(3);
    expect((await classify('tags', 'where is my lamp')).body!.data[0].spans).toEqual(expect.any(Array));
    const found = (await classify('stretch', { question: 'where', context: 'the lamp is late' })).body!.data[0];
    expect('the lamp is late').toContain(found.stretch.text);
  });

  it('refuses rows that cannot be read by their place, and never takes a text for a path', async () => {
    expect(await classify('stretch', ['only a text'])).toMatchObject({
      status: 400,
      body: { error: { param: 'input' } },
    });
    const row = await classify('label', [{ image: '/etc/passwd', label: 'x' }]);
    expect(row).toMatchObject({ status: 400 });
    expect(row.text).not.toContain('no file');
    expect(await classify('tiny', 'a')).toMatchObject({
      status: 400,
      body: { error: { code: 'unsupported_model', param: 'model' } },
    });
    expect(await classify('label', [])).toMatchObject({ status: 400 });
    expect(await classify('label', 5)).toMatchObject({ status: 400, body: { error: { param: 'input' } } });
  });
});

describe('/v1/rerank and /v1/score', () => {
  it('score pairs by a model that reads both', async () => {
    const documents = ['lamp', { text: 'late' }, 'where'];
    const { body } = await post(server, '/v1/rerank', {
      model: 'number',
      query: 'where is my lamp',
      documents,
      top_n: 2,
    });
    expect(body!.results).toHaveLength(2);
    expect(body!.results[0].relevance_score).toBeGreaterThanOrEqual(body!.results[1].relevance_score);
    expect(body!.results[0].document.text).toEqual(expect.any(String));
    const scores = await post(server, '/v1/score', {
      model: 'number',
      text_1: 'where is my lamp',
      text_2: ['lamp', 'late', 'where'],
    });
    const best = body!.results[0];
    expect(scores.body!.data[best.index].score).toBeCloseTo(best.relevance_score, 4);
    expect(await post(server, '/v1/score', { model: 'number', text_1: ['a', 'b'], text_2: ['c'] })).toMatchObject({
      status: 400,
    });
    expect(await post(server, '/v1/score', { model: 'label', text_1: 'a', text_2: 'b' })).toMatchObject({
      status: 400,
    });
  });
});

describe('/v1/audio/transcriptions', () => {
  const recording = readFileSync('fixtures/audio/tone.wav');

  it('answers in every format', async () => {
    const file = () => toFile(recording, 'speech.wav');
    const json = await client.audio.transcriptions.create({ model: 'hears', file: await file(), language: 'en' });
    const verbose = await client.audio.transcriptions.create({
      model: 'hears',
      file: await file(),
      language: 'en',
      response_format: 'verbose_json',
    });
    expect(verbose.text).toEqual(expect.any(String));
    expect(verbose).toMatchObject({ language: 'en', segments: expect.any(Array) as unknown });
    expect(Number(verbose.duration)).toBeGreaterThan(0);
    expect(json.text).toEqual(expect.any(String));
    const vtt = (await client.audio.transcriptions.create({
      model: 'hears',
      file: await file(),
      language: 'en',
      response_format: 'vtt',
    })) as unknown as string;
    expect(vtt).toMatch(/^WEBVTT\n/);
    const text = (await client.audio.transcriptions.create({
      model: 'hears',
      file: await file(),
      language: 'en',
      response_format: 'text',
    })) as unknown as string;
    expect(text).toBe(`${json.text}\n`);
  });

  it('refuses what is no recording, other languages, and forms without a file', async () => {
    const broken = await client.audio.transcriptions
      .create({ model: 'hears', file: await toFile(Buffer.from('no sound'), 'a.wav') })
      .catch((error: unknown) => error);
    expect(broken).toMatchObject({ status: 400, code: 'invalid_file', param: 'file' });
    const foreign = await client.audio.transcriptions
      .create({ model: 'hears', language: 'fr', file: await toFile(recording, 'a.wav') })
      .catch((error: unknown) => error);
    expect(foreign).toMatchObject({ status: 400, param: 'language' });
    const form = new FormData();
    form.set('model', 'hears');
    const missing = await fetch(`${server.url}/v1/audio/transcriptions`, { method: 'POST', body: form });
    expect([missing.status, ((await missing.json()) as { error: { param: string } }).error.param]).toEqual([
      400,
      'file',
    ]);
    expect(await post(server, '/v1/audio/transcriptions', { model: 'hears' })).toMatchObject({ status: 415 });
  });
});

describe('/v1/responses', () => {
  const asked = { model: 'tiny', temperature: 0, max_output_tokens: 16 };

  it('answer whole and streamed the same, and go on from an earlier one', async () => {
    const whole = await client.responses.create({ ...asked, input: 'where is parcel 3', instructions: 'be brief' });
    expect(whole).toMatchObject({
      object: 'response',
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
    const final = await client.responses
      .stream({ ...asked, input: 'where is parcel 3', instructions: 'be brief' })
      .finalResponse();
    expect(final.output_text).toBe(whole.output_text);
    expect(whole.output_text.length).toBeGreaterThan(0);
    const next = await client.responses.create({ ...asked, input: 'and parcel 4', previous_response_id: whole.id });
    expect(next.usage!.input_tokens).toBeGreaterThan(whole.usage!.input_tokens);
    const count = await client.responses.inputTokens.count({
      model: 'tiny',
      input: 'and parcel 4',
      previous_response_id: whole.id,
    });
    expect(count.input_tokens).toBe(next.usage!.input_tokens);
  });

  it('are kept, listed and forgotten', async () => {
    const { id } = await client.responses.create({
      ...asked,
      input: [
        { role: 'user', content: 'one' },
        { role: 'user', content: 'two' },
      ],
    });
    expect((await client.responses.retrieve(id)).id).toBe(id);
    const items: unknown[] = [];
    for await (const item of client.responses.inputItems.list(id, { order: 'asc', limit: 1 })) items.push(item);
    expect(items).toMatchObject([{ content: [{ text: 'one' }] }, { content: [{ text: 'two' }] }]);
    await client.responses.delete(id);
    await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(client.responses.create({ ...asked, input: 'x', previous_response_id: id })).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
    });
    const unkept = await client.responses.create({ ...asked, input: 'x', store: false });
    await expect(client.responses.retrieve(unkept.id)).rejects.toMatchObject({ status: 404 });
  });

  it('call tools that are required, in events that clients put together', async () => {
    const parameters = { type: 'object', properties: { number: { enum: [3, 4] } }, required: ['number'] };
    const tools = [{ type: 'function' as const, name: 'find', parameters, strict: true }];
    const stream = client.responses.stream({
      ...asked,
      max_output_tokens: 200,
      input: 'parcel',
      tools,
      tool_choice: 'required',
      parallel_tool_calls: false,
    });
    const { output, status } = await stream.finalResponse();
    expect(status).toBe('completed');
    expect(output).toHaveLength(1);
    const [call] = output;
    if (call.type !== 'function_call') throw new Error(`a ${call.type}`);
    expect([3, 4]).toContain((JSON.parse(call.arguments) as { number: number }).number);
    const result = { type: 'function_call_output' as const, call_id: call.call_id, output: 'home' };
    const told = await client.responses.create({
      ...asked,
      input: [{ role: 'user', content: 'parcel' }, call, result],
      tools,
    });
    expect(told.output.length).toBeGreaterThan(0);
  });
});
