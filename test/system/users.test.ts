// Users' own models from training to erasure: answers by API key, mixed requests, kills, and a search of all files.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, assert, beforeAll, describe, expect, it } from 'vitest';
import { keys, users } from '../../src/app/index.ts';
import { inLanes } from '../../src/base/lanes.ts';
import { randomUnit } from '../../src/base/random.ts';
import { erasureRecords, subjectOf } from '../../src/app/users/erasure-record.ts';
import { TraceStore } from '../../src/monitoring/traces/trace-store.ts';
import { trials } from '../sample.ts';
import { corrections, habitOf, MODEL, promptOf, writeTinyUsers } from './tiny-users.ts';
import { startServer } from './serve-tiny.ts';

const PEOPLE = ['alice', 'bob', 'carol'];
let folder: string;
let home: string | undefined;
let cwd: string;
let server: Awaited<ReturnType<typeof startServer>>;
const keyOf = new Map<string, string>();

async function ask(key: string, body: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/v1/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keyOf.get(key)}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: MODEL, prompt: promptOf(1), temperature: 0, max_tokens: 8, ...body }),
  });
  const reply = (await response.json()) as Reply;
  const version = response.headers.get('x-attune-model-version');
  const { choices, error, usage } = reply;
  const cached = usage?.prompt_tokens_details.cached_tokens;
  return { status: response.status, version, text: choices?.[0].text, code: error?.code, cached };
}

/** Status of a request about stored responses, and the id of a new one. */
async function respond(key: string, path = '', body?: Record<string, unknown>) {
  const response = await fetch(`${server.url}/v1/responses${path}`, {
    headers: { authorization: `Bearer ${keyOf.get(key)}`, 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify({ model: MODEL, max_output_tokens: 16, ...body }) }),
  });
  const { id } = (await response.json()) as { id?: string };
  return { status: response.status, id };
}

interface Reply {
  choices?: { text: string }[];
  error?: { code: string };
  usage?: { prompt_tokens_details: { cached_tokens: number } };
}

/** Kinds of requests in which nobody may get another user's data. */
const KINDS = [
  'as usual',
  "by another's route",
  "another's model",
  "in another's name",
  'a prompt of their own, which another asks next',
  'a stored response, which another asks for',
] as const;
const FOREIGN = { status: 403, code: 'foreign_user' };

type Answer = Omit<Awaited<ReturnType<typeof ask>>, 'cached'>;

function told(whole: Awaited<ReturnType<typeof ask>>): Answer {
  const { cached: _, ...answer } = whole;
  return answer;
}

const ownFolder = (owner: string): string => join(folder, 'improve', MODEL, 'users', owner);

function filesBelow(path: string): string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => join(parentPath, name));
}

describe.skipIf(!existsSync('build/attune.node'))("users' own models", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attune-users-'));
    [home, cwd] = [process.env.ATTUNE_HOME, process.cwd()];
    process.env.ATTUNE_HOME = join(folder, 'home');
    process.chdir(folder);
    await writeTinyUsers(folder, '{rows: 30, most: 2, epochs: 6, learning_rate: 1e-2}');
    for (const user of PEOPLE) await corrections(user);
    for (const user of PEOPLE)
      keyOf.set(user, (await keys.create(`phone of ${user}`, { file: 'keys.yaml', user })).key);
    keyOf.set('app', (await keys.create('app', { file: 'keys.yaml' })).key);
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    process.chdir(cwd);
    process.env.ATTUNE_HOME = home;
    rmSync(folder, { recursive: true, force: true });
  });

  it('train to a version that is better than the shared model, within the quota of users', async () => {
    const { version, users: trained } = await users.train('loop.yaml');
    expect(version).toBe(1);
    expect(trained.map(({ state }) => state).toSorted()).toEqual(['promoted', 'promoted', 'retraining']);
    expect(trained.find(({ state }) => state === 'retraining')!.reason).toMatch(/users.most/);
    for (const { findings } of trained.filter(({ state }) => state === 'promoted')) {
      assert.isDefined(findings);
      expect(findings.use).toBe('adapter');
      expect(findings.differences.adapterShared).toMatchObject({ verdict: 'better' });
      expect(findings.differences.adapterShared.low).toBeGreaterThan(0);
    }
    const listed = await users.list('loop.yaml');
    expect(listed.users.map(({ version: own }) => own).filter((own) => own === 2)).toHaveLength(2);
    // There is no new feedback, so no user is trained again.
    const again = await users.train('loop.yaml');
    expect(again.users.filter(({ findings }) => findings !== undefined)).toEqual([]);
  }, 120_000);

  it('no words of a user are in any file', () => {
    const words = PEOPLE.map((user) => habitOf(user, 2).trim().slice(0, 30));
    const telling = filesBelow(folder).filter((file) => words.some((word) => readFileSync(file).includes(word)));
    expect(telling).toEqual([]);
  });

  it('answer their own key only, however the others ask', async () => {
    server = await startServer({ models: [], registry: true, api_keys: 'keys.yaml' });
    const own = (await users.list('loop.yaml')).users.filter(({ version }) => version === 2).map(({ model }) => model);
    const versions = new Map<string, string | null>();
    for (const user of PEOPLE) versions.set(user, (await ask(user)).version);
    const withOwn = PEOPLE.filter((user) => own.includes(String(versions.get(user)).replace(/@\d+$/, '')));
    expect(withOwn).toHaveLength(2);
    expect(new Set(withOwn.map((user) => versions.get(user))).size).toBe(2);
    expect(await ask('app')).toMatchObject({ status: 200, version: 'support@1' });
    const [one, other] = withOwn;
    // Names in a body, header or path give nobody access to another user's model.
    expect(await ask('app', { user: one })).toMatchObject({ version: 'support@1' });
    expect(await ask(one, { user: other })).toMatchObject({ status: 403, code: 'foreign_user' });
    expect(await ask('app', { model: versions.get(one) })).toMatchObject({ status: 404 });
    expect(await ask(other, { model: versions.get(one) })).toMatchObject({ status: 404 });
    expect(await ask(other, {}, { 'x-attune-route': versions.get(one)! })).toMatchObject({
      version: versions.get(other),
    });
    const listed = await fetch(`${server.url}/v1/models`, { headers: { authorization: `Bearer ${keyOf.get(one)}` } });
    expect(await listed.text()).not.toContain(':user:');
  }, 60_000);

  it('mixed requests: each by its own model, as when asked alone, and no cache of another user', async () => {
    const askers = [...PEOPLE, 'app'];
    const alone = new Map<string, Answer>();
    for (const asker of askers)
      for (let i = 0; i < 5; i++) alone.set(`${asker} ${i}`, told(await ask(asker, { prompt: promptOf(i) })));
    const counts = new Map<string, number>();
    const asked = trials(300, 10_000);
    const results = await inLanes(Array(asked).keys(), 16, async (k) => {
      const [asker, other] = [askers[(k * 7) % 4], askers[(k * 7 + 1 + (k % 3)) % 4]];
      const i = (k * 11) % 5;
      const kind = KINDS[Math.floor(randomUnit([44, 'kind', k]) * KINDS.length)];
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const own = alone.get(`${asker} ${i}`)!;
      const foreign = alone.get(`${other} ${i}`)!.version!;
      switch (kind) {
        case 'as usual':
          return [told(await ask(asker, { prompt: promptOf(i) })), own];
        case "by another's route":
          return [told(await ask(asker, { prompt: promptOf(i) }, { 'x-attune-route': foreign })), own];
        case "another's model": {
          const { status, version } = await ask(asker, { prompt: promptOf(i), model: foreign });
          return [
            { status, version },
            foreign.includes(':user:') ? { status: 404, version: null } : { status, version },
          ];
        }
        case "in another's name": {
          const { status, code } = await ask(asker, { prompt: promptOf(i), user: other });
          return [{ status, code }, asker === 'app' ? { status: 200, code: undefined } : FOREIGN];
        }
        case 'a prompt of their own, which another asks next': {
          const prompt = `${k} ${'box tube bag sack '.repeat(8)}`;
          const first = await ask(asker, { prompt });
          const again = await ask(asker, { prompt });
          const next = await ask(other, { prompt });
          const shared = [first, next].map(({ cached }) => cached);
          return [
            { shared, again: again.cached! > 0 },
            { shared: [0, 0], again: true },
          ];
        }
        case 'a stored response, which another asks for': {
          const { id } = await respond(asker, '', { input: promptOf(i) });
          const asked = [await respond(asker, `/${id}`), await respond(other, `/${id}`)];
          const next = await respond(other, '', { input: 'and then?', previous_response_id: id });
          return [[...asked, next].map(({ status }) => status), [200, 404, 400]];
        }
      }
    });
    expect(results.filter(([found, expected]) => !isDeepStrictEqual(found, expected))).toEqual([]);
    expect([...counts.keys()].toSorted()).toEqual([...KINDS].toSorted());
    expect(new Set([...alone.values()].map(({ version }) => version)).size).toBe(3);
  }, 3_600_000);

  it('a killed training leaves nothing of the user behind, and the next one gives the same bytes', async () => {
    const store = await TraceStore.open();
    const found = PEOPLE.map((name) => [name, ownFolder(store.keys.hash(`user ${name}`))] as const);
    await store.close();
    const [user, own] = found.find(([, path]) => existsSync(join(path, '1/cycles/0001/run/adapter')))!;
    const file = join(own, '1/cycles/0001/run/adapter/adapter_model.safetensors');
    const bytes = readFileSync(file);
    rmSync(own, { recursive: true });
    const words = ['users', 'train', 'loop.yaml', '--user', user];
    const program = spawn(process.execPath, [resolve(cwd, 'src/cli/main.ts'), ...words], { stdio: 'ignore' });
    const run = join(file, '../..');
    for (let tries = 0; tries < 4000 && !existsSync(join(run, 'events.jsonl')) && program.exitCode === null; tries++)
      await new Promise((done) => setTimeout(done, 5));
    program.kill('SIGKILL');
    await once(program, 'exit');
    expect(program.signalCode).toBe('SIGKILL');
    expect(filesBelow(folder).filter((path) => readFileSync(path).includes('says the secret word of'))).toEqual([]);
    await users.train('loop.yaml', { user: [user] });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  }, 120_000);

  it('erased: answers are those of the shared model, no file holds a word or a weight, and a signed record says so', async () => {
    const withOwn: string[] = [];
    for (const user of PEOPLE) if ((await ask(user)).version?.includes(':user:')) withOwn.push(user);
    const [user, other] = withOwn;
    const [file] = filesBelow(folder).filter((path) => path.endsWith('adapter/adapter_model.safetensors'));
    assert.isDefined(file);
    const shared = await ask('app');
    const before = await ask(other);
    const { own, hadKey, search, record } = await users.erase(user);
    expect({ own, hadKey, found: search.found }).toEqual({ own: 1, hadKey: true, found: [] });
    expect(search.files).toBeGreaterThan(10);
    for (let tries = 0; tries < 100 && (await ask(user)).version !== 'support@1'; tries++)
      await new Promise((done) => setTimeout(done, 50));
    expect(await ask(user)).toEqual(shared);
    expect(await ask(other)).toEqual(before);
    const [written] = erasureRecords();
    expect(written).toMatchObject({
      number: record.number,
      hash: record.hash,
      found: 0,
      subject: subjectOf(user, record.receipt),
    });
    expect(JSON.stringify(written)).not.toContain(user);
    // A second erasure finds nothing, and is recorded too.
    expect(await users.erase(user)).toMatchObject({
      own: 0,
      traces: expect.any(Number) as number,
      hadKey: expect.any(Boolean) as boolean,
    });
    const left = (await users.list('loop.yaml')).users;
    expect(left.filter(({ version }) => version === 2)).toHaveLength(1);
  }, 60_000);
});
