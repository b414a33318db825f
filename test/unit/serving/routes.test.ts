// The registry's models behind a server with fake models.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  aliasesOf,
  beginRollout,
  CHAMPION,
  moveAlias,
  openRegistry,
  openRollouts,
  rolloutsOf,
} from '../../../src/store/registry/index.ts';
import { AttuneError } from '../../../src/base/errors.ts';
import { ownRegistry, type OwnRegistry } from '../store/registry/made-up-versions.ts';
import { fakeServer, type FakeOptions, type FakeServer } from './fake-models.ts';

let own: OwnRegistry;
let server: FakeServer;
let fails: Set<string>;
beforeEach(async () => {
  own = await ownRegistry();
  fails = new Set();
  for (const folder of ['one-text', 'two-text', 'three-text']) await own.add('tickets', folder);
  await own.promote('tickets', 1);
});
afterEach(async () => {
  await server.close();
  await own.close();
});

/** A separate connection to the registry, like another process's. */
async function start(options: FakeOptions = {}): Promise<void> {
  const saysOf = { one: 'first', two: 'second', three: 'third' };
  const registry = await openRegistry(own.place);
  server = await fakeServer({ models: [], registry: true }, { saysOf, registry, ...options });
}

async function ask(user?: string, headers: Record<string, string> = {}) {
  const body = { model: 'tickets', messages: [{ role: 'user', content: 'hello' }], ...(user && { user }) };
  const response = await server.send('/v1/chat/completions', body, { headers });
  const reply = (await response.json()) as { choices?: [{ message: { content: string } }] };
  return {
    status: response.status,
    version: response.headers.get('x-attune-model-version'),
    text: reply.choices?.[0].message.content,
  };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const start = Date.now(); !(await isSo());) {
    if (Date.now() - start > 5000) throw new Error('it does not come');
    await sleep(10);
  }
}

const plan = {
  model: 'tickets',
  version: 2,
  share: 0.3,
  shadowPairs: 0,
  bakeMs: 0,
  guards: ['error_rate<1%'],
  by: 'ann',
};
const stageOf = async () => (await rolloutsOf(own.registry, 'tickets'))[0].stage;

describe('a registered model', () => {
  it('answers by its champion, and says which version it was', async () => {
    await start();
    expect(await ask()).toEqual({ status: 200, version: 'tickets@1', text: 'first' });
    const names = ((await (await server.send('/v1/models')).json()) as { data: { id: string; root: string }[] }).data;
    expect(names.map(({ id, root }) => [id, root])).toEqual(
      expect.arrayContaining([
        ['tickets', 'tickets@1'],
        ['tickets@champion', 'tickets@1'],
      ]),
    );
  });

  it('follows an alias that another process moves, and loses no request meanwhile', async () => {
    await start();
    const answers: Awaited<ReturnType<typeof ask>>[] = [];
    const askMany = async (count: number) => {
      for (let i = 0; i < count; i += 10) answers.push(...(await Promise.all(Array.from({ length: 10 }, () => ask()))));
    };
    await askMany(100);
    const asking = askMany(200);
    await own.promote('tickets', 2);
    const moved = Date.now();
    await until(async () => (await ask()).text === 'second');
    expect(Date.now() - moved).toBeLessThan(1000);
    await asking;
    expect(answers).toHaveLength(300);
    expect(answers.every(({ status, text }) => status === 200 && (text === 'first' || text === 'second'))).toBe(true);
  });

  it('goes back where its new champion cannot be loaded', async () => {
    await start({ broken: (target) => target.includes('two') });
    await own.promote('tickets', 2);
    await until(async () => (await aliasesOf(own.registry, 'tickets'))[CHAMPION] === 1);
    expect((await ask()).text).toBe('first');
  });
});

describe('a name whose champion cannot be loaded', () => {
  const ready = async () => {
    const response = await server.send('/ready');
    return { status: response.status, text: await response.text() };
  };
  const aMinuteLater = () => {
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 61_000);
  };
  afterEach(() => vi.restoreAllMocks());

  it('is not ready, asks clients to come again, and answers within a minute once its files are there', async () => {
    const away = new Set(['one']);
    await start({ missing: (target) => away.has(target.split('-')[0].split('/').at(-1)!) });
    expect(await ready()).toMatchObject({ status: 503, text: expect.stringContaining('tickets') as string });
    const response = await server.send('/v1/chat/completions', { model: 'tickets', messages: [] });
    expect((await server.send('/v1/embeddings', { model: 'tickets', input: 'a' })).status).toBe(503);
    expect((await ask()).status).toBe(503);
    expect(response.status).toBe(400);
    const { headers } = await server.send('/v1/completions', { model: 'tickets', prompt: 'a' });
    expect(headers.get('retry-after')).toBe('60');
    expect((await server.send('/v1/completions', { model: 'ticket', prompt: 'a' })).status).toBe(404);
    away.clear();
    // It may be found earlier, if something else causes the registry to be read.
    aMinuteLater();
    await until(async () => (await ready()).status === 200);
    expect((await ask()).text).toBe('first');
  });

  it('is not ready where its files are there and cannot be opened', async () => {
    let isBroken = true;
    await start({ broken: () => isBroken });
    expect(await ready()).toMatchObject({ status: 503, text: expect.stringContaining('tickets') as string });
    isBroken = false;
    const now = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 61_000);
    aMinuteLater();
    await until(async () => (await ready()).status === 200);
  });
});

describe('a canary', () => {
  it('answers its share of the people, each always by the same version', async () => {
    await start();
    await beginRollout(own.registry, plan);
    await until(async () => (await ask('u', { 'x-attune-route': 'tickets@2' })).version === 'tickets@2');
    const people = Array.from({ length: 100 }, (_, i) => `person ${i}`);
    const versions = await Promise.all(people.map(async (user) => (await ask(user)).version));
    const tried = versions.filter((version) => version === 'tickets@2').length;
    expect(tried).toBeGreaterThan(15);
    expect(tried).toBeLessThan(45);
    expect(await Promise.all(people.map(async (user) => (await ask(user)).version))).toEqual(versions);
  });

  it('is rolled back within a second when its guard breaks; faults of the champion do nothing', async () => {
    const crash = new AttuneError('E_LOGITS_NOT_FINITE', { what: 'NaN' });
    await start({ failsOf: (target) => (fails.has(target) ? crash : undefined) });
    await beginRollout(own.registry, plan);
    await until(async () => (await ask('u', { 'x-attune-route': 'tickets@2' })).version === 'tickets@2');
    fails.add('one-text');
    for (let i = 0; i < 20; i++) await ask('u', { 'x-attune-route': 'tickets@1' });
    expect(await stageOf()).toBe('canary');
    fails.clear();
    fails.add('two-text');
    const broken = Date.now();
    for (let i = 0; i < 5; i++) await ask('u', { 'x-attune-route': 'tickets@2' });
    await until(async () => (await stageOf()) === 'rolled back');
    expect(Date.now() - broken).toBeLessThan(1000);
    expect((await ask('u', { 'x-attune-route': 'tickets@2' })).text).toBe('first');
  });

  it('becomes the champion when it has baked, and not before it has answered', async () => {
    await start();
    await beginRollout(own.registry, { ...plan, bakeMs: 1 });
    await sleep(250);
    expect(await openRollouts(own.registry)).toHaveLength(1);
    // On a busy machine the rollout starts late: earlier requests do not go to the candidate.
    await until(async () => {
      await ask('u', { 'x-attune-route': 'tickets@2' });
      return (await aliasesOf(own.registry, 'tickets'))[CHAMPION] === 2;
    });
  });
});

describe('a shadow', () => {
  it('answers copies that nobody sees, and becomes a canary', async () => {
    await start();
    await beginRollout(own.registry, { ...plan, shadowPairs: 5 });
    await sleep(250);
    // On a busy machine the shadow starts late: earlier requests are not copied to it.
    await until(async () => {
      if ((await stageOf()) === 'canary') return true;
      expect((await ask('person')).text).toBe('first');
      return false;
    });
    const [{ counts }] = await rolloutsOf(own.registry, 'tickets');
    expect(counts).toMatchObject({ pairs: 5, equal: 0, requests: 0 });
    expect(server.log.filter(({ msg, model }) => msg === 'request' && model === 'tickets@2')).toEqual([]);
  });

  it('ends where its answers break a guard', async () => {
    const crash = new AttuneError('E_LOGITS_NOT_FINITE', { what: 'NaN' });
    await start({ failsOf: (target) => (target.includes('two') ? crash : undefined) });
    await beginRollout(own.registry, { ...plan, shadowPairs: 50 });
    // The server may pick up the rollout after it has answered the first requests.
    await until(async () => {
      expect((await ask()).status).toBe(200);
      return (await stageOf()) === 'rolled back';
    });
  });

  it('of versions stays a shadow for ever where no canary is asked for', async () => {
    await start();
    await beginRollout(own.registry, { ...plan, share: 0, shadowPairs: 2 });
    await sleep(250);
    for (let i = 0; i < 4; i++) await ask();
    await until(async () => (await rolloutsOf(own.registry, 'tickets'))[0].counts.pairs === 2);
    await sleep(200);
    expect(await stageOf()).toBe('shadow');
    await moveAlias(own.registry, { model: 'tickets', alias: CHAMPION, version: 2, action: 'promoted', by: 'ann' });
  });
});
