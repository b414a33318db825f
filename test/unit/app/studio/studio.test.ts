import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keepUpload, safeName } from '../../../../src/app/studio/dropped-files.ts';
import { Feed } from '../../../../src/app/calls/feed.ts';
import { openStudio, type OpenStudio } from '../../../../src/app/studio/studio.ts';
import { auditLog } from '../../../../src/app/registry/registry-log.ts';
import { findRuns } from '../../../../src/app/find-runs.ts';
import { writeSampleRun } from '../../jobs/report/sample-run.ts';
import { createKey } from '../../../../src/serving/access/api-keys.ts';
import { roleNames } from '../../../../src/serving/access/roles.ts';

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

let home: string;
let before: string | undefined;
beforeAll(() => {
  before = process.env.ATTUNE_HOME;
  home = mkdtempSync(join(tmpdir(), 'attune-studio-'));
  process.env.ATTUNE_HOME = home;
});
afterAll(() => {
  process.env.ATTUNE_HOME = before;
  rmSync(home, { recursive: true, force: true });
});

describe('the studio', () => {
  let studio: OpenStudio;
  beforeEach(async () => {
    studio = await openStudio({ port: 0 });
  });
  afterEach(() => studio.close());

  const place = () => new URL(studio.url);
  const token = () => place().hash.slice('#token='.length);
  /** `fetch` would always set Host and Origin. */
  const send = (method: string, path: string, given: { headers?: Record<string, string>; body?: string } = {}) =>
    new Promise<Reply>((resolve, reject) => {
      const { host, origin, port, hostname } = place();
      const headers = { host, ...(method !== 'GET' && { origin }), ...given.headers };
      const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts).toString() }),
        );
      });
      sent.on('error', reject).end(given.body);
    });
  const signIn = async () => {
    const { headers } = await send('POST', '/api/session', { body: JSON.stringify({ token: token() }) });
    return String(headers['set-cookie']).split(';')[0];
  };
  const call = async (cookie: string, name: string, input: unknown) => {
    const { body, status } = await send('POST', '/api/calls', {
      headers: { cookie },
      body: JSON.stringify({ name, input }),
    });
    if (status !== 200) return { status, ...(JSON.parse(body) as Record<string, unknown>) };
    const { id } = JSON.parse(body) as { id: string };
    for (let since = 0; ;) {
      const part = await send('GET', `/api/calls/${id}?since=${since}&wait`, { headers: { cookie } });
      const { state, next } = JSON.parse(part.body) as {
        state: Record<string, unknown>;
        next: number;
      };
      if (state.status !== 'running') return state;
      since = next;
    }
  };

  test('gives a session for its token once, which lasts beyond a restart', async () => {
    const cookie = await signIn();
    expect(cookie).toMatch(/^attune-studio-\d+=[\w-]{32}$/);
    expect((await send('POST', '/api/session', { body: JSON.stringify({ token: token() }) })).status).toBe(401);
    expect((await send('GET', '/api/calls', { headers: { cookie } })).status).toBe(200);
    const file = join(home, 'studio-sessions.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(cookie.split('=')[1]);
    const { port } = place();
    await studio.close();
    studio = await openStudio({ port: Number(port) });
    expect((await send('GET', '/api/calls', { headers: { cookie } })).status).toBe(200);
  });

  test('refuses who is not signed in, other sites, and other names of this machine', async () => {
    const cookie = await signIn();
    const from = (headers: Record<string, string>, method = 'GET') =>
      send(method, '/api/calls', { headers: { cookie, ...headers }, body: method === 'GET' ? undefined : '{}' });
    expect((await send('GET', '/api/calls')).status).toBe(401);
    expect((await from({ cookie: `${cookie}x` })).status).toBe(401);
    expect((await from({ host: 'attacker.example' })).status).toBe(403);
    expect((await from({ origin: 'http://attacker.example' }, 'POST')).status).toBe(403);
    expect((await from({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await from({ origin: 'null' }, 'POST')).status).toBe(403);
  });

  test('sends pages that may run and load only what is theirs', async () => {
    for (const file of ['', 'main.js', 'main.css']) {
      const { status, headers, body } = await send('GET', `/${file}`);
      expect([file, status]).toEqual([file, 200]);
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
      expect(body.length).toBeGreaterThan(200);
    }
    expect((await send('GET', '/..%2fpackage.json')).status).toBe(404);
    expect((await send('GET', '/constructor')).status).toBe(404);
  });

  test('runs a use case, shows it as a command and a program, and gives its error whole', async () => {
    const cookie = await signIn();
    const file = join(home, 'rows.csv');
    writeFileSync(file, 'said,queue\nhello,a\nbye,b\n');
    const found = await call(cookie, 'data columns', { file, rows: 1 });
    expect(found).toMatchObject({
      status: 'finished',
      command: `attune data columns ${file} --rows 1`,
      result: { rows: [{ said: 'hello', queue: 'a' }], columns: [{ name: 'said' }, { name: 'queue' }] },
    });
    expect(String(found.program)).toContain(`await data.columns("${file}", { rows: 1 })`);
    expect(String(found.text)).toContain('queue');
    expect(await call(cookie, 'data columns', { file: join(home, 'gone.csv') })).toMatchObject({
      status: 'failed',
      error: { code: 'E_FILE_MISSING' },
    });
    expect(await call(cookie, 'data columns', { file, rows: 0, colour: 'red' })).toMatchObject({
      status: 'failed',
      error: { code: 'E_USAGE', problemCount: 2 },
    });
    expect(await call(cookie, 'constructor', {})).toMatchObject({ status: 400, error: { code: 'E_USAGE' } });
    expect(await call(cookie, 'train', { recipe: 'r.yaml', handleSignals: true })).toMatchObject({
      status: 400,
      error: { code: 'E_USAGE', problems: [{ field: 'handleSignals' }] },
    });
  });
});

describe('a studio with keys', () => {
  let studio: OpenStudio;
  const folder = mkdtempSync(join(tmpdir(), 'attune-keys-'));
  const apiKeys = join(folder, 'keys.yaml');
  const keys: Record<string, string> = {};
  beforeAll(async () => {
    for (const role of [...roleNames, undefined])
      keys[role ?? 'none'] = (await createKey({ file: apiKeys, name: role ?? 'none', role })).key;
    studio = await openStudio({ port: 0, apiKeys, folder: [folder] });
  });
  afterAll(async () => {
    await studio.close();
    rmSync(folder, { recursive: true });
  });

  const send = (path: string, { cookie, body }: { cookie?: string; body?: unknown } = {}) =>
    fetch(new URL(path, studio.url), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { origin: new URL(studio.url).origin, ...(cookie !== undefined && { cookie }) },
      body: JSON.stringify(body),
    });
  const signIn = async (name: string) => {
    const reply = await send('/api/session', { body: { token: keys[name] } });
    return { status: reply.status, cookie: reply.headers.get('set-cookie')?.split(';')[0] ?? '' };
  };
  const call = async (cookie: string, name: string, input: object) => {
    const reply = await send('/api/calls', { cookie, body: { name, input } });
    return { status: reply.status, body: (await reply.json()) as { id: string; error?: { code: string } } };
  };

  test('lets each role do what it is for, and no more', async () => {
    expect(studio.url).not.toContain('token');
    expect((await signIn('none')).status).toBe(401);
    const file = join(folder, 'rows.csv');
    writeFileSync(file, 'said,queue\nhello,a\n');
    const inputs: [string, object, string[]][] = [
      ['data columns', { file }, ['viewer', 'reviewer', 'trainer', 'owner']],
      ['answers rate', { id: 'x', thumb: 'up' }, ['reviewer', 'trainer', 'owner']],
      ['train', { recipe: join(folder, 'gone.yaml') }, ['trainer', 'owner']],
      ['models promote', { name: 'x' }, ['owner']],
      ['runs delete', { runs: ['x'] }, ['owner']],
      ['keys create', { name: 'x', file: join(folder, 'more.yaml') }, ['owner']],
    ];
    for (const role of roleNames) {
      const { cookie } = await signIn(role);
      for (const [name, input, allowed] of inputs) {
        const { status, body } = await call(cookie, name, input);
        const expected = allowed.includes(role) ? [200, undefined] : [403, 'E_SCOPE'];
        expect([role, name, status, body.error?.code]).toEqual([role, name, ...expected]);
      }
      const { origin } = new URL(studio.url);
      // Without a usable name, nothing is written.
      const upload = await fetch(`${origin}/api/files?name=..`, { method: 'POST', headers: { origin, cookie } });
      expect([role, upload.status === 403]).toEqual([role, !['trainer', 'owner'].includes(role)]);
    }
  });

  test('shows a call to those alone who could have made it, and each call is in the audit log', async () => {
    const [owner, viewer] = [await signIn('owner'), await signIn('viewer')];
    const { body } = await call(owner.cookie, 'keys create', { name: 'y', file: join(folder, 'more.yaml') });
    expect((await send(`/api/calls/${body.id}?wait`, { cookie: viewer.cookie })).status).toBe(403);
    expect((await send(`/api/calls/${body.id}?wait`, { cookie: owner.cookie })).status).toBe(200);
    const [entry] = await auditLog({ limit: 1 });
    expect(entry).toMatchObject({
      by: 'key:owner',
      action: 'call',
      subject: 'keys create',
      details: { via: 'studio' },
    });
  });

  test('keeps calls and pages to its folders', async () => {
    const { cookie } = await signIn('owner');
    const elsewhere = mkdtempSync(join(tmpdir(), 'attune-elsewhere-'));
    const file = join(elsewhere, 'rows.csv');
    writeFileSync(file, 'said\nhello\n');
    const refused = { status: 400, body: { error: { code: 'E_OUTSIDE' } } };
    expect(await call(cookie, 'data columns', { file })).toMatchObject(refused);
    const rows = { file, changes: [{ rows: 0, values: { said: 'bye' } }] };
    for (const [path, body] of [
      [`/api/run/report?run=${elsewhere}`],
      [`/api/rows?file=${file}`],
      [`/api/rows/counts?of=values&column=said&file=${file}`],
      ['/api/rows/edited', rows],
    ] as const) {
      const page = await send(path, { cookie, body });
      expect({ path, status: page.status, body: await page.json() }).toMatchObject(refused);
    }
    expect(readdirSync(elsewhere)).toEqual(['rows.csv']);
    // A name that resolves to a run in another folder.
    writeSampleRun(join(elsewhere, 'salaries'), 2);
    expect(await findRuns({ folders: [elsewhere] })).toMatchObject([{ name: 'salaries' }]);
    for (const page of ['page', 'report', 'plan'])
      expect(await send(`/api/run/${page}?run=salaries`, { cookie })).toMatchObject({ status: 400 });
    rmSync(elsewhere, { recursive: true });
  });

  test('ends the sessions of a key that is taken away', async () => {
    const { cookie } = await signIn('viewer');
    writeFileSync(apiKeys, readFileSync(apiKeys, 'utf8').replace('role: viewer', 'admin: false'));
    expect((await send('/api/calls', { cookie })).status).toBe(401);
  });

  test('is not opened to others without keys and encryption', async () => {
    const refused = openStudio({ port: 0, host: '0.0.0.0' });
    await expect(refused).rejects.toMatchObject({
      code: 'E_USAGE',
      problems: [{ field: '--api-keys' }, { field: '--tls-cert' }],
    });
    const alone = openStudio({ port: 0, host: '0.0.0.0', apiKeys });
    await expect(alone).rejects.toMatchObject({ problems: [{ field: '--tls-cert' }] });
  });
});

describe('dropped files', () => {
  const streamOf = (text: string) => new Blob([text]).stream();

  test('keep their names where they can, and a file twice is kept once', async () => {
    const folder = join(home, 'dropped');
    const first = await keepUpload(folder, '../../etc/tickets.csv', streamOf('a,b\n'));
    expect(first).toBe(join(folder, 'tickets.csv'));
    expect(await keepUpload(folder, 'tickets.csv', streamOf('a,b\n'))).toBe(first);
    expect(await keepUpload(folder, 'tickets.csv', streamOf('c,d\n'))).toBe(join(folder, 'tickets-2.csv'));
    expect(readdirSync(folder).toSorted()).toEqual(['tickets-2.csv', 'tickets.csv']);
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(10));
        controller.error(new Error('the browser went away'));
      },
    });
    await expect(keepUpload(folder, 'half.csv', broken)).rejects.toThrow('the browser went away');
    expect(existsSync(join(folder, 'half.csv'))).toBe(false);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test.each([
    ['.hidden.csv', 'hidden.csv'],
    ['--force.csv', 'force.csv'],
    ['C:\\data\\Müller & Söhne.csv', 'Müller _ Söhne.csv'],
    ['<img src=x onerror=alert(1)>.csv', '_img src_x onerror_alert(1)_.csv'],
  ])('safe name of %s', (name, expected) => {
    expect(safeName(name)).toBe(expected);
  });

  test('without a usable name are refused', () => {
    for (const name of ['', '..', 'folder/', '- ']) expect(() => safeName(name)).toThrow('no usable name');
  });
});

test('a feed gives what is new to each reader, and waits where there is nothing', async () => {
  const feed = new Feed<number>();
  feed.push(1);
  feed.push(2);
  const over = AbortSignal.abort();
  expect(await feed.since(0, over)).toEqual({ lines: [1, 2], next: 2 });
  expect(await feed.since(2, over)).toEqual({ lines: [], next: 2 });
  const later = feed.since(2, new AbortController().signal);
  feed.push(3);
  expect(await later).toEqual({ lines: [3], next: 3 });
});
