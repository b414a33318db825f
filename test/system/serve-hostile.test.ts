import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requests } from '../unit/serving/generated-requests.ts';
import { post, startServer, tinyFolder, type TestServer } from './serve-tiny.ts';

let files: Awaited<ReturnType<typeof tinyFolder>>;
let server: TestServer;
beforeAll(async () => {
  files = await tinyFolder();
  server = await startServer({
    aliases: { text: files.model },
    unsupported: 'ignore',
    header_seconds: 1,
    max_queue: 64,
  });
  await post(server, '/v1/chat/completions', {
    model: 'text',
    messages: [{ role: 'user', content: 'a' }],
    max_tokens: 1,
  });
});
afterAll(async () => {
  await server.close();
  files.remove();
});

/** Raw reply on a socket to the bytes sent. */
async function raw(text: string | Buffer, { isHalf = false } = {}): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let got = '';
  socket.on('data', (data: Buffer) => (got += data.toString()));
  socket.on('error', () => undefined);
  if (isHalf) socket.end(text);
  else socket.write(text);
  await Promise.race([once(socket, 'close'), sleep(5000)]);
  socket.destroy();
  return got;
}

async function running(): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/vllm:num_requests_running\{model_name="text"\} (\d+)/.exec(text)![1]);
}

describe('a real server', () => {
  it('answers 150 generated bodies without a fault of its own', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async ({ path, body }) => {
        const capped =
          typeof body === 'object' && body !== null && !Array.isArray(body)
            ? { ...body, ...(path === '/v1/responses' ? { max_output_tokens: 16 } : { max_tokens: 3 }) }
            : body;
        const { status, text } = await post(server, path, capped);
        expect(status, text).toBeLessThan(500);
      }),
      { numRuns: 150, seed: 7 },
    );
    expect(await running()).toBe(0);
  });

  it('refuses a prompt of 100,000 tokens, and names what is wrong with a schema and an expression', async () => {
    const chat = { model: 'text', messages: [{ role: 'user', content: 'parcel 3 '.repeat(50_000) }] };
    expect(await post(server, '/v1/chat/completions', chat)).toMatchObject({
      status: 400,
      body: { error: { code: 'context_length_exceeded', param: 'messages' } },
    });
    const short = { model: 'text', messages: [{ role: 'user', content: 'a' }] };
    const schema = {
      ...short,
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'banana' } } },
    };
    expect(await post(server, '/v1/chat/completions', schema)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_schema', param: 'response_format' } },
    });
    expect(await post(server, '/v1/chat/completions', { ...short, guided_regex: '(a' })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_regex' } },
    });
    const banned = {
      ...short,
      guided_choice: ['a'],
      logit_bias: Object.fromEntries(Array.from({ length: 300 }, (_, id) => [id, -100])),
    };
    expect((await post(server, '/v1/chat/completions', banned)).status).toBeLessThan(500);
    expect(await post(server, '/v1/chat/completions', 'x'.repeat(11_000_000))).toMatchObject({ status: 413 });
  });

  it('cuts off whoever sends no HTTP, endless headers, or too slowly', async () => {
    expect(await raw('no http at all\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"code":"bad_request"/);
    expect(await raw(Buffer.from([0, 1, 2, 255, 13, 10]))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(`GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
    expect(await raw('POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n')).toMatch(/^HTTP\/1\.1 408 /);
    expect(
      await raw(
        'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"model"',
        { isHalf: true },
      ),
    ).not.toMatch(/^HTTP\/1\.1 5/);
    expect(await raw('GET /v1/models HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 421 /,
    );
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  it('frees the rows of clients that go in the middle of an answer, whole and streamed', async () => {
    for (const stream of [true, false]) {
      const gone = new AbortController();
      const body = {
        model: 'text',
        messages: [{ role: 'user', content: 'a' }],
        max_tokens: 1800,
        ignore_eos: true,
        n: 8,
        stream,
      };
      const asked = fetch(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: gone.signal,
      });
      asked.catch(() => undefined);
      if (stream) await (await asked).body!.getReader().read();
      while ((await running()) === 0) await sleep(10);
      gone.abort();
      await asked.then((response) => response.body?.cancel()).catch(() => undefined);
      const start = Date.now();
      while ((await running()) > 0 && Date.now() - start < 3000) await sleep(20);
      expect({ stream, running: await running() }).toEqual({ stream, running: 0 });
    }
  });
});
