// Models behind another server: attune in front of a second attune, and of servers that misbehave.
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { stringify } from 'yaml';
import { AttuneError } from '../../../src/base/errors.ts';
import type { ServeSettingsInput } from '../../../src/serving/index.ts';
import { ApiDocument } from './api-document.ts';
import { fakeServer, type FakeOptions, type FakeServer } from './fake-models.ts';
import { openAiClient } from './openai-client.ts';

const KEY = 'sk-upstream-0123456789';
afterEach(() => void vi.unstubAllEnvs());

/** A server on a socket; its address ends in `/v1`. */
async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

interface Sent {
  url: string;
  authorization: string | undefined;
  body: Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- any request
}

/** The second server, with the requests that it received. */
async function second(options: FakeOptions = {}): Promise<{ url: string; sent: Sent[]; server: FakeServer }> {
  const server = await fakeServer({ models: ['text', 'vectors'] }, { says: 'far away', ...options });
  onTestFinished(() => server.close());
  const sent: Sent[] = [];
  const url = await listening(
    getRequestListener(async (request) => {
      const body = (await request.clone().json()) as Sent['body'];
      sent.push({
        url: new URL(request.url).pathname,
        authorization: request.headers.get('authorization') ?? undefined,
        body,
      });
      return server.app.fetch(
        new Request(request, { headers: { ...Object.fromEntries(request.headers), host: '127.0.0.1' } }),
      );
    }),
  );
  return { url, sent, server };
}

async function first(api_base: string, more: ServeSettingsInput = {}, options: FakeOptions = {}): Promise<FakeServer> {
  const upstreams = {
    big: { api_base, model: 'text', api_key_env: 'UPSTREAM_KEY' },
    far: { api_base, model: 'vectors' },
  };
  vi.stubEnv('UPSTREAM_KEY', KEY);
  const server = await fakeServer({ models: ['text'], upstreams, ...more }, { says: 'right here', ...options });
  onTestFinished(() => server.close());
  return server;
}

const messages = [{ role: 'user' as const, content: 'a' }];
const asked = { model: 'big', messages };
const countsOf = (server: FakeServer) => server.log.findLast(({ msg }) => msg === 'request')?.tokens;

describe('an upstream', () => {
  it('answers chats whole and streamed, with its model and key, and is counted', async () => {
    const { url, sent } = await second();
    const server = await first(url);
    const client = openAiClient(server.app);
    const { data, response } = await client.chat.completions
      .create({ ...asked, user: 'ann', n: 2, metadata: { a: 'b' }, store: true })
      .withResponse();
    expect([data.model, data.choices.map(({ message }) => message.content)]).toEqual(['big', ['far away', 'far away']]);
    expect(response.headers.get('x-attune-upstream')).toBe('big');
    expect(sent).toEqual([
      { url: '/v1/chat/completions', authorization: `Bearer ${KEY}`, body: { model: 'text', messages, n: 2 } },
    ]);
    expect(countsOf(server)).toEqual({ prompt: 5, shared: 2, answer: 4 });
    expect((await client.chat.completions.retrieve(data.id)).choices).toEqual(data.choices);

    const chunks = [];
    for await (const chunk of await client.chat.completions.create({ ...asked, stream: true, store: true }))
      chunks.push(chunk);
    expect(chunks.map(({ choices }) => choices[0].delta.content ?? '').join('')).toBe('far away');
    expect(new Set(chunks.map(({ id, model }) => `${id} ${model}`)).size).toBe(1);
    expect(sent[1].body).toEqual({ model: 'text', messages, stream: true, stream_options: { include_usage: true } });
    expect(countsOf(server)).toEqual({ prompt: 5, shared: 2, answer: 2 });
    const stored = await client.chat.completions.retrieve(chunks[0].id);
    expect(stored.choices[0].message.content).toBe('far away');
    const used = client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } });
    expect((await used.finalChatCompletion()).usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 2 });
  });

  it('answers completions, embeddings, and responses with what was said before', async () => {
    const { url, sent } = await second();
    const server = await first(url);
    const client = openAiClient(server.app);
    const { choices } = await client.completions.create({ model: 'big', prompt: 'a' });
    expect(choices[0].text).toBe('far away');
    expect((await client.embeddings.create({ model: 'far', input: ['a', 'b'] })).data[1].embedding).toEqual([
      1.5, -0.25,
    ]);
    expect(sent.at(-1)).toMatchObject({ url: '/v1/embeddings', authorization: undefined });
    const { id } = await client.responses.create({ model: 'big', input: 'one', instructions: 'be brief' });
    const next = await client.responses
      .stream({ model: 'big', input: 'two', previous_response_id: id })
      .finalResponse();
    expect([next.output_text, next.model, next.usage?.output_tokens]).toEqual(['far away', 'big', 2]);
    expect(sent.at(-1)).toMatchObject({ url: '/v1/chat/completions' });
    const said = sent.at(-1)!.body.messages.map(({ content }: { content: string }) => content);
    expect(said).toEqual(['one', 'far away', 'two']);
    expect(countsOf(server)).toEqual({ prompt: 5, shared: 2, answer: 2 });
  });

  it('calls tools, in events that clients put together', async () => {
    const says = '<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>';
    const { url } = await second({ says, template: '<tool_call></tool_call>' });
    const client = openAiClient((await first(url)).app);
    const tool = { name: 'f', parameters: { type: 'object' } };
    const chat = { ...asked, store: true, tools: [{ type: 'function' as const, function: tool }] };
    const streamed = await client.chat.completions.stream(chat).finalChatCompletion();
    const [call] = streamed.choices[0].message.tool_calls!;
    expect(call).toMatchObject({ function: { name: 'f', arguments: '{"a":1}' } });
    const stored = await client.chat.completions.retrieve(streamed.id);
    expect(stored.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ id: call.id }] },
    });
    const tools = [{ type: 'function' as const, strict: false, ...tool }];
    const { output } = await client.responses.create({ model: 'big', input: 'a', tools });
    expect(output).toMatchObject([{ type: 'function_call', name: 'f', arguments: '{"a":1}', status: 'completed' }]);
  });

  it('gets fields that nothing here follows, and is shown as what it is', async () => {
    const { url, sent } = await second();
    const server = await first(url);
    const body = { ...asked, reasoning: { effort: 'low' } };
    expect((await server.send('/v1/chat/completions', body)).status).toBe(400);
    expect(sent[0].body).toMatchObject({ reasoning: { effort: 'low' } });
    const response = await server.send('/v1/models');
    const api = new ApiDocument(await (await server.send('/openapi.json')).json());
    expect(await api.faultsOf(response.clone(), '/v1/models', 'get')).toEqual([]);
    const { data } = (await response.json()) as { data: object[] };
    expect(data).toMatchObject([
      { id: 'big', owned_by: 'upstream', upstream: 'text', task: 'upstream' },
      { id: 'far', upstream: 'vectors' },
      { id: 'text', owned_by: 'attune' },
    ]);
    const scored = await server.send('/tokenize', { model: 'big', prompt: 'a' });
    expect(await scored.json()).toMatchObject({ error: { code: 'unsupported_model', param: 'model' } });
  });

  it('is asked by keys that may use it only', async () => {
    const { url, sent } = await second();
    const api_keys = join(mkdtempSync(join(tmpdir(), 'attune-upstream-')), 'keys.yaml');
    const sha256 = createHash('sha256').update('sk-shop').digest('hex');
    writeFileSync(api_keys, stringify({ keys: [{ name: 'shop', sha256, models: ['text'] }] }));
    const server = await first(url, { api_keys, fallbacks: { text: 'big' } }, { fails: () => full });
    const client = openAiClient(server.app, 'sk-shop');
    await expect(client.chat.completions.create(asked)).rejects.toMatchObject({ status: 403 });
    expect(sent).toEqual([]);
    // Access to a model includes its fallback.
    expect((await client.chat.completions.create({ ...asked, model: 'text' })).choices[0].message.content).toBe(
      'far away',
    );
  });
});

const full = new AttuneError('E_QUEUE_FULL', { what: 'Too many wait' });

describe('a fallback', () => {
  it.each([
    ['a full queue', { fails: () => full }],
    ['a model that cannot be opened', { broken: () => true }],
    ['a model that has crashed', { fails: () => new AttuneError('E_WORKER_CRASHED', { what: 'It is gone' }) }],
  ])('answers for %s', async (_, options) => {
    const { url, sent } = await second();
    const server = await first(url, { aliases: { gpt: 'text' }, fallbacks: { text: 'big' } }, options);
    const client = openAiClient(server.app);
    for (const model of ['text', 'gpt']) {
      const { data, response } = await client.chat.completions.create({ ...asked, model }).withResponse();
      expect([data.model, data.choices[0].message.content]).toEqual([model, 'far away']);
      expect(response.headers.get('x-attune-upstream')).toBe('big');
    }
    const streamed = client.chat.completions.stream({ ...asked, model: 'text' });
    expect((await streamed.finalChatCompletion()).choices[0].message.content).toBe('far away');
    expect((await client.responses.create({ model: 'text', input: 'a' })).output_text).toBe('far away');
    expect(sent).toHaveLength(4);
    expect(server.log.filter(({ msg }) => msg === 'fallback to an upstream')).toHaveLength(4);
  });

  it('is not asked where the model answers, or where the request is at fault', async () => {
    const { url, sent } = await second();
    const server = await first(url, { fallbacks: { text: 'big' } });
    const client = openAiClient(server.app);
    const { choices } = await client.chat.completions.create({ ...asked, model: 'text' });
    expect(choices[0].message.content).toBe('right here');
    const wrong = client.chat.completions.create({ ...asked, model: 'text', temperature: 9 });
    await expect(wrong).rejects.toMatchObject({ status: 400 });
    expect(sent).toEqual([]);
  });

  it('has to name an upstream and a model', async () => {
    const wrong = first('http://127.0.0.1:1/v1', { fallbacks: { text: 'nothing', other: 'big' } });
    await expect(wrong).rejects.toMatchObject({
      code: 'E_SERVE_SETTINGS',
      problems: [{ field: 'fallbacks.text' }, { field: 'fallbacks.other' }],
    });
  });
});

describe('an upstream that fails', () => {
  const chat = async (server: FakeServer, body: object = {}) => {
    const response = await server.send('/v1/chat/completions', { ...asked, ...body });
    const text = await response.text();
    expect(text).not.toContain(KEY);
    expect(JSON.stringify(server.log)).not.toContain(KEY);
    return { status: response.status, retry: response.headers.get('retry-after'), text };
  };
  const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
    listening((_, response) => void response.writeHead(status, headers).end(body));

  it.each([
    [401, 502, 'upstream_refused', null],
    [404, 502, 'upstream_refused', null],
    [302, 502, 'upstream_refused', null],
    [400, 400, 'upstream_refused', null],
    [429, 429, 'rate_limit_exceeded', '7'],
    [503, 502, 'upstream_failed', null],
  ])('with status %i is %i here, without its key', async (status, told, code, retry) => {
    const said = JSON.stringify({ error: { message: `wrong key ${KEY}` } });
    const headers = { 'retry-after': '7', location: 'http://127.0.0.1:1/' };
    const server = await first(await answering(status, said, headers));
    const found = await chat(server);
    expect([found.status, found.retry]).toEqual([told, retry]);
    expect(found.text).toContain(code);
    expect((await chat(server, { stream: true })).status).toBe(told);
  });

  it('by not being there, by silence, by no JSON, and by a reply without an end', async () => {
    const closed = await first('http://127.0.0.1:1/v1');
    expect(await chat(closed)).toMatchObject({ status: 502 });
    const api_base = await listening(() => undefined);
    const upstreams = { big: { api_base, model: 'text', timeout: 0.2 } };
    const silent = await first(api_base, { upstreams });
    expect(await chat(silent)).toMatchObject({ status: 504 });
    expect(await chat(silent, { stream: true })).toMatchObject({ status: 504 });
    expect(await chat(await first(await answering(200, '<html>')))).toMatchObject({ status: 502 });
    const endless = await listening((_, response) => {
      const part = Buffer.alloc(2 ** 20, ' ');
      const more = () => {
        while (!response.destroyed && response.write(part));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect((await chat(await first(endless))).text).toContain('exceeds');
  });

  it('in the middle of a stream ends it with an error that clients know', async () => {
    const begun = 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"a"}}]}\n\n';
    const broken = await first(await answering(200, begun));
    const whole = async () => {
      for await (const _ of await openAiClient(broken.app).chat.completions.create({ ...asked, stream: true }));
    };
    await expect(whole()).rejects.toThrow('broke off');
    const told = await first(await answering(200, `${begun}data: {"error":{"message":"no more ${KEY}"}}\n\n`));
    expect((await chat(told, { stream: true })).text).toContain('no more');
  });

  it('to count is counted by its texts, and odd replies harm nobody', async () => {
    const odd = {
      choices: [{ index: -1, message: { content: 'twelve chars' } }, 'x', { delta: 3 }],
      usage: 'none',
      id: 5,
    };
    const server = await first(await answering(200, JSON.stringify(odd)));
    expect((await chat(server)).status).toBe(200);
    expect(countsOf(server)).toMatchObject({ shared: 0 });
    const calls = [{ index: 1e9, function: { arguments: '{}' } }, { index: 'a' }];
    const stream = `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: calls } }] })}\n\ndata: [DONE]\n\n`;
    const streaming = await first(await answering(200, stream));
    expect((await chat(streaming, { stream: true, store: true })).text).toContain('[DONE]');
    const response = await streaming.send('/v1/responses', { model: 'big', input: 'a' });
    expect(response.status).toBe(200);
  });
});

describe('settings of upstreams', () => {
  it('want the key that they name, and an address that is safe for it', async () => {
    const api_base = 'https://api.example.com/v1';
    const start = (upstream: object) => fakeServer({ models: ['text'], upstreams: { big: upstream } as never });
    await expect(start({ api_base, model: 'm', api_key_env: 'NOT_SET_HERE' })).rejects.toMatchObject({
      code: 'E_SERVE_SETTINGS',
      got: 'NOT_SET_HERE is not set',
    });
    vi.stubEnv('UPSTREAM_KEY', KEY);
    const plain = { api_base: 'http://api.example.com/v1', model: 'm', api_key_env: 'UPSTREAM_KEY' };
    await expect(start(plain)).rejects.toMatchObject({ code: 'E_ENDPOINT_URL' });
    await expect(start({ api_base: 'https://a:b@example.com/v1', model: 'm' })).rejects.toMatchObject({
      code: 'E_ENDPOINT_URL',
    });
    await expect(fakeServer({ models: ['text'], upstreams: { text: { api_base, model: 'm' } } })).rejects.toMatchObject(
      {
        code: 'E_SERVE_NAMES',
      },
    );
  });

  it('send no key unless one is named, whatever the environment holds', async () => {
    vi.stubEnv('OPENAI_API_KEY', KEY);
    const { url, sent } = await second();
    const server = await first(url);
    await openAiClient(server.app).embeddings.create({ model: 'far', input: 'a' });
    expect(sent[0].authorization).toBeUndefined();
  });
});
