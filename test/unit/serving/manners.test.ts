import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { AttuneError } from '../../../src/base/errors.ts';
import { createKey } from '../../../src/serving/index.ts';
import { openLog } from '../../../src/serving/watch/log.ts';
import { fakeServer, type FakeOptions, type FakeServer } from './fake-models.ts';

let server: FakeServer;
let folder: string | undefined;
afterEach(async () => {
  await server.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
});

async function start(...given: Parameters<typeof fakeServer>): Promise<FakeServer> {
  server = await fakeServer(...given);
  return server;
}

const chat = { model: 'text', messages: [{ role: 'user', content: 'hello' }] };

interface ErrorReply {
  error: { message: string; type: string; param: string | null; code: string };
}

async function errorOf(response: Response): Promise<{ status: number } & ErrorReply['error']> {
  return { status: response.status, ...((await response.json()) as ErrorReply).error };
}

describe('bodies that cannot be followed', () => {
  const cases: [title: string, raw: string, expected: object][] = [
    ['broken JSON', '{"model": "text", ', { status: 400, code: 'invalid_json', param: null }],
    ['nothing', '', { status: 400, code: 'invalid_json' }],
    ['a list', '[1]', { status: 400, code: 'invalid_type' }],
    ['no messages', '{"model":"text"}', { status: 400, code: 'missing_required_parameter', param: 'messages' }],
    [
      'no model',
      '{"messages":[{"role":"user","content":"a"}]}',
      { status: 400, param: 'model', code: 'missing_required_parameter' },
    ],
    [
      'an unknown model',
      '{"model":"gpt-9","messages":[{"role":"user","content":"a"}]}',
      { status: 404, param: 'model', code: 'model_not_found' },
    ],
    [
      'a model of another kind',
      '{"model":"rows","messages":[{"role":"user","content":"a"}]}',
      { status: 400, code: 'unsupported_model' },
    ],
    [
      'an unknown role',
      '{"model":"text","messages":[{"role":"boss","content":"a"}]}',
      { status: 400, param: 'messages[0].role' },
    ],
    ['wrong types', '{"model":"text","messages":"hello"}', { status: 400, param: 'messages', code: 'invalid_type' }],
    [
      'an image',
      '{"model":"text","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://a"}}]}]}',
      { status: 400, param: 'messages[0].content[0]', code: 'unsupported_value' },
    ],
    [
      'too deep a value',
      `{"model":"text","messages":[{"role":"user","content":"a"}],"metadata":${'['.repeat(200)}${']'.repeat(200)}}`,
      { status: 400 },
    ],
  ];
  it.each(cases)('are refused: %s', async (_title, raw, expected) => {
    await start();
    expect(await errorOf(await server.send('/v1/chat/completions', undefined, { raw, method: 'POST' }))).toMatchObject({
      type: 'invalid_request_error',
      ...expected,
    });
  });

  const fields: [field: string, value: unknown, expected: object][] = [
    ['n', 1e9, { param: 'n' }],
    ['n', 0, { param: 'n' }],
    ['temperature', 3, { param: 'temperature' }],
    ['temperature', '1', { param: 'temperature', code: 'invalid_type' }],
    ['logit_bias', { foo: 1 }, { param: 'logit_bias' }],
    ['logit_bias', { 1e9: 1 }, { param: 'logit_bias' }],
    ['logit_bias', { 5: 1000 }, { param: 'logit_bias.5' }],
    ['max_tokens', -1, { param: 'max_tokens' }],
    ['stop', ['a', 'b', 'c', 'd', 'e'], { param: 'stop' }],
    ['stop_token_ids', [5, 100], { param: 'stop_token_ids[1]' }],
    ['top_logprobs', 3, { param: 'top_logprobs' }],
    ['seed', 1.5, { param: 'seed' }],
    ['response_format', { type: 'xml' }, { param: 'response_format.type' }],
    [
      'response_format',
      { type: 'json_schema' },
      { param: 'response_format.json_schema', code: 'missing_required_parameter' },
    ],
    ['tools', [{ type: 'function', function: { name: 'no good name' } }], { param: 'tools[0].function.name' }],
    [
      'tools',
      [{ type: 'function', function: { name: 'f', parameters: { type: 'banana' } } }],
      { param: 'tools[0].function.parameters', code: 'invalid_schema' },
    ],
    ['tool_choice', 'required', { param: 'tool_choice' }],
    ['audio', { voice: 'a' }, { param: 'audio', code: 'unsupported_parameter' }],
    ['chat_template', '{{ x }}', { param: 'chat_template', code: 'unsupported_parameter' }],
    [
      'temprature',
      1,
      {
        param: 'temprature',
        code: 'unknown_parameter',
        message: expect.stringContaining('did you mean temperature') as unknown,
      },
    ],
  ];
  it.each(fields)('are refused: %s = %j', async (field, value, expected) => {
    await start();
    const response = await server.send('/v1/chat/completions', { ...chat, [field]: value });
    expect(await errorOf(response)).toMatchObject({ status: 400, ...expected });
  });

  it('are refused when two fields say what the answer has to be', async () => {
    await start();
    const both = { ...chat, guided_regex: 'a+', response_format: { type: 'json_object' } };
    expect(await errorOf(await server.send('/v1/chat/completions', both))).toMatchObject({
      status: 400,
      param: 'guided_regex',
    });
  });

  it('name the field at fault where a model refuses them', async () => {
    await start({}, { fails: () => new AttuneError('E_SCHEMA_INVALID', { what: 'This is no schema' }) });
    const refused = await errorOf(
      await server.send('/v1/chat/completions', { ...chat, response_format: { type: 'json_object' } }),
    );
    expect(refused).toMatchObject({ status: 400, code: 'invalid_schema', param: 'response_format' });
    const long = await start(
      {},
      { fails: () => new AttuneError('E_PROMPT_TOO_LONG', { what: 'The prompt in /models/text is too long' }) },
    );
    const told = await errorOf(await long.send('/v1/completions', { model: 'text', prompt: 'a' }));
    expect(told).toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
      param: 'prompt',
      message: 'The prompt in text is too long.',
    });
  });
});

describe('fields that nothing follows', () => {
  const body = { ...chat, audio: { voice: 'a' }, frobnicate: 1, store: false, service_tier: 'auto' };

  it('are dropped where the server is told so, and named in the log where it warns', async () => {
    await start({ unsupported: 'ignore' });
    expect((await server.send('/v1/chat/completions', body)).status).toBe(200);
    expect(server.log.some(({ msg }) => msg === 'fields ignored')).toBe(false);
    await start({ unsupported: 'warn' });
    expect((await server.send('/v1/chat/completions', body)).status).toBe(200);
    expect(server.log.find(({ msg }) => msg === 'fields ignored')).toMatchObject({ fields: ['audio', 'frobnicate'] });
  });
});

describe('addresses and pages', () => {
  it('of other names and other sites are refused', async () => {
    await start({ cors: ['https://app.example'] });
    const at = (headers: Record<string, string>) => server.send('/v1/models', undefined, { headers });
    expect(await errorOf(await at({ host: 'evil.example:8000' }))).toMatchObject({
      status: 421,
      code: 'host_not_allowed',
    });
    expect(await errorOf(await at({ origin: 'https://evil.example' }))).toMatchObject({
      status: 403,
      code: 'origin_not_allowed',
    });
    expect((await at({ host: 'localhost:8000' })).status).toBe(200);
    expect((await at({ origin: 'http://127.0.0.1:8000' })).status).toBe(200);
    const listed = await at({ origin: 'https://app.example' });
    expect([listed.status, listed.headers.get('access-control-allow-origin')]).toEqual([200, 'https://app.example']);
    const asked = await server.send('/v1/chat/completions', undefined, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example' },
    });
    expect([asked.status, asked.headers.get('access-control-allow-methods')]).toEqual([204, 'GET, POST, DELETE']);
  });

  it('that do not exist are told apart from other methods', async () => {
    await start();
    expect(await errorOf(await server.send('/v1/nothing'))).toMatchObject({ status: 404, code: 'unknown_url' });
    expect(await errorOf(await server.send('/v1/completions'))).toMatchObject({
      status: 405,
      code: 'method_not_allowed',
    });
    const form = await server.send('/v1/chat/completions', undefined, {
      raw: 'a=b',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(await errorOf(form)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it('are refused bodies beyond the limit', async () => {
    await start({ max_body: '10KB' });
    const response = await server.send('/v1/chat/completions', { ...chat, user: 'x'.repeat(20_000) });
    expect(await errorOf(response)).toMatchObject({ status: 413, code: 'request_too_large' });
  });
});

describe('keys', () => {
  async function withKeys() {
    folder = mkdtempSync(join(tmpdir(), 'attune-keys-'));
    const file = join(folder, 'keys.yaml');
    const { key: own } = await createKey({ file, name: 'own', models: ['rows', 'text'] });
    const { key: admin } = await createKey({ file, name: 'admin', admin: true });
    await start({ api_keys: file });
    return { own, admin, file };
  }
  const by = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

  it('are asked for, and only those that are known are taken', async () => {
    const { own, file } = await withKeys();
    expect(await errorOf(await server.send('/v1/models'))).toMatchObject({
      status: 401,
      code: 'missing_api_key',
      type: 'authentication_error',
    });
    expect(await errorOf(await server.send('/v1/models', undefined, by(`${own}x`)))).toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    expect((await server.send('/health')).status).toBe(200);
    const stored = readFileSync(file, 'utf8');
    expect(stored).not.toContain(own);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(createKey({ file, name: 'own' })).rejects.toThrow('E_API_KEYS');
  });

  it('reach their own models only, and do not learn of others', async () => {
    const { own } = await withKeys();
    const listed = (await (await server.send('/v1/models', undefined, by(own))).json()) as { data: { id: string }[] };
    expect(listed.data.map(({ id }) => id)).toEqual(['text', 'rows']);
    for (const model of ['vectors', 'no-such-model']) {
      const refused = await errorOf(await server.send('/v1/embeddings', { model, input: 'a' }, by(own)));
      expect(refused).toMatchObject({ status: 403, code: 'model_not_allowed', type: 'permission_error' });
    }
  });

  it('administer only where they may, and share no prefixes with each other', async () => {
    const { own, admin } = await withKeys();
    expect(await errorOf(await server.send('/metrics', undefined, by(own)))).toMatchObject({
      status: 403,
      code: 'insufficient_permissions',
    });
    expect((await server.send('/metrics', undefined, by(admin))).status).toBe(200);
    for (const key of [own, admin]) await server.send('/v1/chat/completions', { ...chat, cache_salt: 'a' }, by(key));
    const salts = server.state.asked.map(({ sampling }) => sampling.salt);
    expect(new Set(salts).size).toBe(2);
  });

  it('are needed where others can reach the server', async () => {
    await expect(fakeServer({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'E_SERVE_OPEN' });
    await start({ host: '0.0.0.0', open: true });
    expect((await server.send('/v1/models', undefined, { headers: { host: 'any.example' } })).status).toBe(200);
  });
});

describe('waiting', () => {
  const slow: FakeOptions = { says: 'a '.repeat(50), pause: 20 };

  it('ends with 429 and when to ask again, once the queue is full', async () => {
    await start({ max_queue: 8 }, slow);
    const first = server.send('/v1/chat/completions', { ...chat, n: 36 });
    await sleep(5);
    const refused = await server.send('/v1/chat/completions', { ...chat, n: 10 });
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
    expect(await errorOf(refused)).toMatchObject({ code: 'rate_limit_exceeded', type: 'rate_limit_error' });
    expect((await first).status).toBe(200);
  });

  it('is given up when the client goes, streamed and whole', async () => {
    await start({}, slow);
    const gone = new AbortController();
    const whole = server.send('/v1/chat/completions', chat, { signal: gone.signal });
    const streamed = await server.send('/v1/chat/completions', { ...chat, stream: true });
    const reader = streamed.body!.getReader();
    await reader.read();
    expect(server.state.open).toBe(2);
    gone.abort();
    await reader.cancel();
    await whole;
    await sleep(40);
    expect([server.state.open, server.state.cancelled]).toEqual([0, 2]);
    const statuses = server.log.filter(({ msg }) => String(msg).startsWith('request')).map(({ status }) => status);
    expect(statuses).toEqual([499, 499]);
  });

  it('shows signs of life, in JSON and in events', async () => {
    await start({ heartbeat_seconds: 0.05 }, { says: 'one', pause: 300 });
    const text = await (await server.send('/v1/chat/completions', chat)).text();
    expect(text).toMatch(/^ {2,}\{/);
    expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { content: 'one' } }] });
    expect(await (await server.send('/v1/chat/completions', { ...chat, stream: true })).text()).toMatch(/^: alive\n\n/);
  });

  it('ends the connection where what took long fails at last', async () => {
    const fails = new AttuneError('E_WORKER_CRASHED', { what: 'It crashed' });
    await start({ heartbeat_seconds: 0.02 }, { says: 'one two', pause: 100, breaks: fails });
    const response = await server.send('/v1/chat/completions', chat);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('It crashed');
    expect(server.log.at(-1)).toMatchObject({ status: 500 });
  });

  it('is joined by an identical retry, and by no other', async () => {
    await start({}, slow);
    const retry = (body: object) =>
      server.send('/v1/chat/completions', body, { headers: { 'x-stainless-retry-count': '1' } });
    const first = server.send('/v1/chat/completions', chat);
    await sleep(5);
    const replies = await Promise.all([first, retry(chat), retry({ ...chat, user: 'else' })]);
    const [a, b, c] = (await Promise.all(replies.map((reply) => reply.json()))) as { id: string }[];
    expect(b.id).toBe(a.id);
    expect(c.id).not.toBe(a.id);
    expect(server.state.asked).toHaveLength(2);
  });
});

describe('faults of the server', () => {
  it('are told with an id and nothing else, and lie in the log', async () => {
    await start({}, { fails: () => new TypeError('secret detail') });
    const response = await server.send('/v1/chat/completions', chat);
    expect(await errorOf(response)).toMatchObject({
      status: 500,
      type: 'server_error',
      message: expect.not.stringContaining('secret') as unknown,
    });
    const entry = server.log.find(({ request }) => request === response.headers.get('x-request-id'));
    expect(entry).toMatchObject({ msg: 'request failed', err: { message: 'secret detail' } });
  });

  it('in the middle of a stream are an event that clients know', async () => {
    await start({}, { says: 'one two', pause: 5, breaks: new AttuneError('E_WORKER_CRASHED', { what: 'It crashed' }) });
    const response = await server.send('/v1/chat/completions', { ...chat, stream: true });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toContain('"content":"one "');
    expect(text).toMatch(/event: error\ndata: \{"error":\{[^\n]*"code":"model_crashed"\}\}\n\n$/);
    expect(server.log.at(-1)).toMatchObject({ status: 500, msg: 'request failed' });
  });
});

describe('probes', () => {
  it('fill no log, whatever they are answered', async () => {
    await start({ log: 'info' });
    server.parts.state.isReady = false;
    expect((await server.send('/health')).status).toBe(200);
    expect(await errorOf(await server.send('/ready'))).toMatchObject({ status: 503, code: 'loading' });
    expect(server.log.filter(({ path }) => path === '/ready').map(({ level }) => level)).toEqual([20]);
    server.parts.state.isDraining = true;
    const refused = await server.send('/v1/chat/completions', chat);
    expect(await errorOf(refused)).toMatchObject({ status: 503, code: 'server_shutting_down' });
    expect(server.log.at(-1)).toMatchObject({ msg: 'request refused', level: 40 });
  });
});

describe('the log', () => {
  it.each(['counts', 'text'] as const)('has counts and no texts, whatever is kept of answers: %s', async (keep) => {
    await start({ keep });
    await server.send('/v1/chat/completions', { ...chat, messages: [{ role: 'user', content: 'my secret' }] });
    expect(JSON.stringify(server.log)).not.toContain('my secret');
    expect(server.log.at(-1)).toMatchObject({
      path: '/v1/chat/completions',
      model: 'text',
      status: 200,
      tokens: { prompt: 5, shared: 2, answer: 3 },
      finish: ['stop'],
    });
  });

  it('says of an error what can be mended, and of any other where it came from', async () => {
    await start();
    const lines: { err: Record<string, unknown> }[] = [];
    const log = openLog('info', { write: (line) => void lines.push(JSON.parse(line) as never) });
    log.error(
      { err: new AttuneError('E_MODEL_MISSING', { what: 'There is no model at x', fix: 'check the path' }) },
      'a',
    );
    log.error({ err: new TypeError('broken') }, 'b');
    expect(lines[0].err).toEqual({ code: 'E_MODEL_MISSING', what: 'There is no model at x', fix: 'check the path' });
    expect(lines[1].err).toMatchObject({
      type: 'TypeError',
      stack: expect.stringContaining('manners.test') as unknown,
    });
  });
});
