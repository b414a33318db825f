import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AttuneError } from '../../../src/base/errors.ts';
import type { CompletionExample } from '../../../src/data/example.ts';
import { AnswerCache } from '../../../src/scoring/endpoint/answer-cache.ts';
import { endpointFrom } from '../../../src/scoring/endpoint/endpoint.ts';
import { endpointPredictor, type EndpointOptions } from '../../../src/scoring/endpoint/endpoint-predictor.ts';
import { ChatServer } from './endpoint-server.ts';

const KEY = 'sk-very-secret';
let folder: string;
let server: ChatServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attune-answers-'));
  server = await ChatServer.start();
  vi.stubEnv('TEST_KEY', KEY);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const rows = Array.from({ length: 6 }, (_, i): CompletionExample => {
  return {
    kind: 'completion',
    id: `${i}`,
    source: { file: 'rows.jsonl', line: i + 1 },
    prompt: `word ${i}`,
    completion: 'x',
  };
});

/** By default one request at a time, without waiting. */
function predictor(options: Partial<EndpointOptions> = {}, url = server.url) {
  return endpointPredictor('remote', endpointFrom(url, 'large', 'TEST_KEY'), {
    ask: (examples) => examples.map((example) => ({ example })),
    maxNewTokens: 20,
    firstWait: 0,
    concurrency: 1,
    cache: new AnswerCache(folder),
    ...options,
  });
}

async function errorOf(work: Promise<unknown>): Promise<AttuneError> {
  return (await work.then(
    () => new Error('it went well'),
    (error: unknown) => error,
  )) as AttuneError;
}

/** Everything written to the disk. */
function written(): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((file) => readFileSync(join(file.parentPath, file.name), 'utf8')).join('\n');
}

describe('an endpoint', () => {
  test('answers every row in order, with what it cost', async () => {
    const progress: number[] = [];
    const prices = { inputPrice: 2, outputPrice: 10 };
    const predictions = await predictor({ concurrency: 3, ...prices }).predict(rows, {
      onProgress: (done) => progress.push(done),
    });
    expect(predictions.map(({ id, text }) => [id, text])).toEqual(rows.map(({ id }) => [id, `WORD ${id}`]));
    expect(predictions[0]).toMatchObject({ finish: 'stop', usage: { inputTokens: 10, outputTokens: 2 } });
    expect(predictions[0].usage?.cost).toBeCloseTo((10 * 2 + 2 * 10) / 1e6, 12);
    expect(progress).toEqual([1, 2, 3, 4, 5, 6]);
    expect(server.mostAtOnce).toBeLessThanOrEqual(3);
    expect(server.requests[0]).toEqual({
      authorization: `Bearer ${KEY}`,
      body: { model: 'large', messages: [{ role: 'user', content: 'word 0' }], temperature: 0, max_tokens: 20 },
    });
  });

  test('that limits, fails, stalls, hangs up and sends nonsense is asked again until it answers', async () => {
    server.behaviours = [
      { status: 429, headers: { 'retry-after': '0' } },
      { status: 503, body: '<html>busy</html>' },
      'stall',
      'hang up',
      { status: 200, body: '{"choices": [' },
      { status: 200, body: '{"object": "list"}' },
    ];
    const waits: string[] = [];
    const onWait = (reason: string) => void waits.push(reason);
    const [{ text }] = await predictor({ timeout: 1, onWait }).predict(rows.slice(0, 1));
    expect(text).toBe('WORD 0');
    expect(server.requests).toHaveLength(7);
    expect(waits).toEqual([
      'status 429: nothing',
      'status 503: <html>busy</html>',
      'no answer within 1 s',
      expect.stringContaining('fetch failed'),
      'an answer that is not JSON',
      'JSON that is not a chat completion',
    ]);
  });

  test('that never recovers ends it with a code, and what was answered is asked only once', async () => {
    const down = { status: 500, body: '{"error": {"message": "out of order"}}' };
    server.behaviours = ['answer', 'answer', down, down, down];
    const error = await errorOf(predictor({ tries: 3 }).predict(rows));
    expect(error).toMatchObject({ code: 'E_ENDPOINT_FAILED', exitCode: 1 });
    expect(error.got).toBe('status 500: out of order; 2 of 6 rows answered');
    server.requests.length = 0;
    const predictions = await predictor().predict(rows);
    expect(predictions.map(({ text }) => text)).toEqual(rows.map(({ id }) => `WORD ${id}`));
    expect(server.requests.map(({ body }) => body.messages[0].content)).toEqual([
      'word 2',
      'word 3',
      'word 4',
      'word 5',
    ]);
  });

  test('is asked anew when the model, the instruction or the length of the answer is another', async () => {
    await predictor().predict(rows);
    await predictor({ maxNewTokens: 21 }).predict(rows);
    await predictor({ ask: (examples) => examples.map((example) => ({ example, instruction: 'shout' })) }).predict(
      rows,
    );
    expect(server.requests).toHaveLength(18);
    expect(server.requests.at(-1)?.body.messages[0]).toEqual({ role: 'system', content: 'shout' });
  });

  test('with another address does not get the answers of the first', async () => {
    await predictor().predict(rows.slice(0, 1));
    await using other = await ChatServer.start();
    await predictor({}, other.url).predict(rows.slice(0, 1));
    expect(other.requests).toHaveLength(1);
  });

  test('is not asked past a limit of tokens, whatever is under way', async () => {
    // Each request may take 20 output and 14 input tokens (its messages are 40 bytes), and uses 12.
    const error = await errorOf(predictor({ maxTokens: 60, concurrency: 4 }).predict(rows));
    expect(error).toMatchObject({ code: 'E_BUDGET_SPENT', exitCode: 1 });
    expect(server.requests.length).toBeLessThanOrEqual(3);
    expect(12 * server.requests.length).toBeLessThanOrEqual(60);
  });

  test('that does not count tokens is taken at its worst', async () => {
    server.behaviours = ['uncounted', 'uncounted', 'uncounted'];
    const error = await errorOf(predictor({ maxTokens: 70 }).predict(rows));
    expect(error.code).toBe('E_BUDGET_SPENT');
    expect(server.requests).toHaveLength(2);
  });

  test('is not asked past a limit of money, for which prices are needed', async () => {
    const prices = { inputPrice: 0, outputPrice: 1e6 };
    const error = await errorOf(predictor({ maxCost: 25, ...prices }).predict(rows));
    expect(error.code).toBe('E_BUDGET_SPENT');
    expect(server.requests).toHaveLength(3);
    expect(() => predictor({ maxCost: 25 })).toThrow('E_PRICES_WANTED');
  });

  test('that refuses a key or a request is not asked again, and its key stands in no message and no file', async () => {
    server.behaviours = ['answer', { status: 401, body: `{"error": {"message": "bad key ${KEY}"}}` }];
    const error = await errorOf(predictor().predict(rows));
    expect(error).toMatchObject({ code: 'E_ENDPOINT_KEY', fix: 'check the key in TEST_KEY' });
    expect(server.requests).toHaveLength(2);
    expect(JSON.stringify(error)).not.toContain(KEY);
    expect(error.got).toContain('(the value of TEST_KEY)');
    expect(written()).toContain('WORD 0');
    expect(written()).not.toContain(KEY);
    server.behaviours = [{ status: 404, body: 'no such model' }];
    expect(await errorOf(predictor().predict(rows))).toMatchObject({ code: 'E_ENDPOINT_REFUSED' });
  });

  test('with other names for a setting, or none of its own, is asked in its own words, and that is told', async () => {
    const refusal = (message: string) => ({ status: 400, body: JSON.stringify({ error: { message } }) });
    server.behaviours = [
      refusal("Use 'max_completion_tokens' instead of 'max_tokens'"),
      refusal("'temperature' does not support 0"),
    ];
    const remote = predictor();
    expect((await remote.predict(rows)).map(({ text }) => text)).toEqual(rows.map(({ id }) => `WORD ${id}`));
    expect(server.requests).toHaveLength(8);
    const { messages: _, ...sent } = server.requests.at(-1)!.body;
    expect(sent).toEqual({ model: 'large', max_completion_tokens: 20 });
    expect(remote.note).toContain('own temperature');
  });

  test('without a key is asked without one', async () => {
    vi.stubEnv('TEST_KEY', '');
    await predictor().predict(rows.slice(0, 1));
    expect(server.requests[0].authorization).toBeUndefined();
    server.behaviours = [{ status: 401 }];
    expect((await errorOf(predictor().predict(rows))).fix).toBe('set TEST_KEY to a key of this service');
  });

  test('is not followed to another host, which would get the key', async () => {
    await using other = await ChatServer.start();
    const moved = { status: 307, headers: { location: `${other.url}/chat/completions` } };
    server.behaviours = [moved, moved];
    const error = await errorOf(predictor({ tries: 2 }).predict(rows.slice(0, 1)));
    expect(error).toMatchObject({ code: 'E_ENDPOINT_REFUSED' });
    expect(error.got).toContain(`${other.url}/chat/completions`);
    expect(other.requests).toHaveLength(0);
    // A redirect is not retried.
    expect(server.requests).toHaveLength(1);
  });

  test('whose long refusal ends within the key tells no part of it', async () => {
    for (const length of [285, 290, 299]) {
      server.behaviours = [{ status: 400, body: `${'x'.repeat(length)}${KEY}` }];
      const error = await errorOf(predictor().predict(rows));
      expect(error.code).toBe('E_ENDPOINT_REFUSED');
      expect(JSON.stringify(error)).not.toContain(KEY.slice(0, 4));
    }
  });

  test('whose answers are lost on the way may charge for each, so that tries end with the limit', async () => {
    server.behaviours = ['hang up', { status: 200, body: 'no JSON' }, 'hang up', 'hang up', 'hang up'];
    const error = await errorOf(predictor({ maxTokens: 110 }).predict(rows));
    expect(error.code).toBe('E_BUDGET_SPENT');
    expect(server.requests).toHaveLength(3);
    // Rejected requests are not charged.
    server.behaviours = [{ status: 503 }, { status: 429 }, { status: 503 }, { status: 503 }];
    expect(await predictor({ maxTokens: 110 }).predict(rows.slice(0, 1))).toHaveLength(1);
  });

  test('whose answer would fill the memory is not read to its end', async () => {
    server.behaviours = [{ status: 200, body: 'x'.repeat(2 ** 24 + 1) }];
    const error = await errorOf(predictor({ tries: 1 }).predict(rows.slice(0, 1)));
    expect(error).toMatchObject({ code: 'E_ENDPOINT_FAILED' });
    expect(error.got).toContain('more than 16777216 bytes');
  });

  test('has the tools of a row counted as what it reads', async () => {
    const tools = [{ type: 'function', function: { name: 'look_up', description: 'x'.repeat(300) } }];
    const row = { kind: 'chat' as const, id: '0', source: rows[0].source, tools };
    const messages = [
      { role: 'user' as const, content: 'word' },
      { role: 'assistant' as const, content: 'x' },
    ];
    const error = await errorOf(predictor({ maxTokens: 100 }).predict([{ ...row, messages }]));
    expect(error.code).toBe('E_BUDGET_SPENT');
  });

  test('whose key cannot be sent is not asked, and the key is not shown', () => {
    for (const key of ['sk-very\nsecret', 'sk-very\u2019secret', 'sk-very secret']) {
      vi.stubEnv('TEST_KEY', key);
      const open = () => endpointFrom('https://host/v1', 'large', 'TEST_KEY');
      expect(open).toThrow(expect.objectContaining({ code: 'E_ENDPOINT_KEY' }));
      expect(open).not.toThrow(/secret/);
    }
    vi.stubEnv('TEST_KEY', `${KEY}\n`);
    expect(endpointFrom('https://host/v1', 'large', 'TEST_KEY').key).toBe(KEY);
  });

  test('stops when it is told to, also while it waits', async () => {
    server.behaviours = [{ status: 429, headers: { 'retry-after': '50' } }];
    const stop = new AbortController();
    const work = errorOf(predictor().predict(rows, { signal: stop.signal }));
    await vi.waitUntil(() => server.requests.length === 1);
    stop.abort(new Error('enough'));
    expect((await work).message).toMatch(/enough|abort/i);
  });
});

describe('the address of an endpoint', () => {
  test.each([
    ['not an address', 'is not a URL'],
    ['https://user:pass@host/v1', 'contains credentials or a query'],
    ['https://host/v1?api_key=1', 'contains credentials or a query'],
    ['http://host.example/v1', 'would receive the key in TEST_KEY unencrypted'],
  ])('%s is refused', (url, why) => {
    expect(() => endpointFrom(url, 'large', 'TEST_KEY')).toThrow(why);
  });
});
