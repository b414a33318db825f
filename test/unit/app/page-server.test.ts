import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPage } from '../../../src/app/page/index.ts';
import { servePage, type Answering, type PageServer } from '../../../src/app/page/page-server.ts';

let server: PageServer;
let asked: unknown[];
let answering: Answering;

beforeEach(async () => {
  asked = [];
  answering = async (line) => line({ text: 'one\ntwo' });
  server = await servePage({
    page: 'review',
    state: () => ({ version: 'running 7', isRunning: true }),
    mostBytes: 256 * 1024,
    ask(body) {
      asked.push(body);
      return body === null ? undefined : (line, signal) => answering(line, signal);
    },
  });
});

afterEach(() => server.close());

/** fetch always sets Host and Origin; other clients need not. */
function send(path: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  const { origin, host } = new URL(server.url);
  const { method = 'GET', headers = {}, body } = options;
  return new Promise<{ status?: number; text: string }>((resolve, reject) => {
    const sent = request(`${origin}${path}`, { method, headers: { host, ...headers } }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function own() {
  const { pathname, origin } = new URL(server.url);
  return { page: pathname, ask: `${pathname}ask`, headers: { origin } };
}

describe('the server of a page', () => {
  test('listens to this machine only and gives its page to whoever knows the token', async () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{24}\/$/);
    const { status, text } = await send(own().page);
    expect([status, text]).toEqual([200, expect.stringContaining('data-page="review"')]);
    expect((await send(`${own().page}main.js`)).status).toBe(200);
  });

  test.each(['/', '/x/', '/favicon.ico', '/../package.json'])('gives nothing under %s', async (path) => {
    expect((await send(path)).status).toBe(404);
  });

  test('has no file but its page and those that it loads', async () => {
    const { page } = own();
    for (const name of ['report.json', 'index.html', 'a/b', '..%2f'])
      expect((await send(page + name)).status).toBe(404);
  });

  test('refuses a host name of somebody else, who has made it point here', async () => {
    expect((await send(own().page, { headers: { host: 'evil.example' } })).status).toBe(403);
  });

  test('takes questions from its own page only', async () => {
    const { ask, headers } = own();
    const body = '{"text":"hello"}';
    for (const wrong of [{}, { origin: 'http://evil.example' }, { origin: 'null' }]) {
      expect((await send(ask, { method: 'POST', headers: wrong as Record<string, string>, body })).status).toBe(403);
    }
    expect(asked).toEqual([]);
    expect(await send(ask, { method: 'POST', headers, body })).toEqual({
      status: 200,
      text: '{"text":"one\\ntwo"}\n',
    });
    expect(asked).toEqual([{ text: 'hello' }]);
  });

  test('refuses what is no question: no JSON, the wrong method, too much', async () => {
    const { ask, headers } = own();
    const post = (body: string) => send(ask, { method: 'POST', headers, body });
    expect((await post('{')).status).toBe(400);
    expect((await post('null')).status).toBe(400);
    expect((await post(JSON.stringify('x'.repeat(300_000)))).status).toBe(400);
    expect((await send(ask, { headers })).status).toBe(405);
  });

  test('tells who answers that the reader has gone', async () => {
    const gone = new Promise<string>((resolve) => {
      answering = (line, signal) => {
        line({ text: 'begun' });
        return new Promise((end) =>
          signal.addEventListener('abort', () => {
            line({ text: 'nobody reads this' });
            resolve('gone');
            end();
          }),
        );
      };
    });
    const { ask, headers } = own();
    const { origin } = new URL(server.url);
    const reader = new AbortController();
    const response = await fetch(origin + ask, { method: 'POST', headers, body: '{}', signal: reader.signal });
    await response.body!.getReader().read();
    reader.abort();
    expect(await gone).toBe('gone');
  });
});

test('a page of what is no run is refused as every command refuses it', async () => {
  await expect(openPage('/nowhere/run')).rejects.toMatchObject({ code: 'E_RUN_MISSING' });
});
