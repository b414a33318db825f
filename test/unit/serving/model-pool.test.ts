import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AttuneError } from '../../../src/base/errors.ts';
import { ModelPool } from '../../../src/serving/models/model-pool.ts';
import { ModelTable, type ServedModel } from '../../../src/serving/models/model-table.ts';
import type { Opener } from '../../../src/serving/models/opened.ts';
import { openLog } from '../../../src/serving/watch/log.ts';

const log = openLog('silent');

/** An opener that records what was opened and closed, in order. */
function recorder({
  fails = () => false,
  refusesBeside = false,
  refusesInstall = () => false,
}: {
  fails?: (target: string) => boolean;
  refusesBeside?: boolean;
  refusesInstall?: (target: string) => boolean;
} = {}) {
  const done: string[] = [];
  const lost = new Map<string, (error: Error) => void>();
  const opened = (name: string): object => {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    lost.set(name, reject);
    return {
      name,
      close: () => Promise.resolve(void done.push(`close ${name}`)),
      ended,
      install: (id: string, target: string) => {
        if (refusesInstall(target)) return Promise.reject(new Error('broken'));
        if (refusesBeside) return Promise.reject(new AttuneError('E_ADAPTER_BASE', { what: 'It cannot sit there' }));
        done.push(`install ${id}`);
        return Promise.resolve(opened(id));
      },
    };
  };
  const opener: Opener = {
    inspect: (target) => {
      const base = target.startsWith('adapter') ? { baseFolder: '/base', baseBytes: 10 } : {};
      return Promise.resolve({
        kind: 'text',
        task: 'causal-lm',
        folder: `/${target}`,
        bytes: target.startsWith('adapter') ? 1 : 10,
        created: 0,
        ...base,
      });
    },
    open: (_kind, { target }) => {
      if (fails(target)) return Promise.reject(new Error('broken'));
      done.push(`open ${target}`);
      return Promise.resolve(opened(target) as never);
    },
  };
  return { done, opener, lose: (name: string) => lost.get(name)!(new Error('gone')) };
}

type TextModel = ServedModel & { kind: 'text' };

async function tableOf(opener: Opener, ...targets: string[]): Promise<Record<string, TextModel>> {
  const table = await ModelTable.of(
    targets.map((target) => ({ target })),
    {},
    opener,
  );
  return Object.fromEntries(table.models.map((model) => [model.id, model as TextModel]));
}

describe('models within a budget of memory', () => {
  it('are closed, the one longest out of use first, and never one that is in use', async () => {
    const { done, opener } = recorder();
    const pool = new ModelPool({ opener, log, budget: 25, opening: {} });
    const { a, b, c } = await tableOf(opener, 'a', 'b', 'c');
    await pool.warm([a, b, c]);
    expect(done).toEqual(['open a', 'open b']);
    const lease = await pool.lease(a);
    (await pool.lease(c))[Symbol.dispose]();
    expect(done).toEqual(['open a', 'open b', 'close b', 'open c']);
    lease[Symbol.dispose]();
    await pool.close();
    expect(done.slice(4).toSorted()).toEqual(['close a', 'close c']);
    await expect(pool.lease(a)).rejects.toMatchObject({ status: 503, code: 'server_shutting_down' });
  });

  it("count key-value caches; adapters use their base's", async () => {
    const { done, opener } = recorder();
    const pool = new ModelPool({ opener, log, budget: 50, opening: { cacheBytes: 14 } });
    const { a, adapter, b } = await tableOf(opener, 'a', 'adapter', 'b');
    await pool.warm([a, adapter, b]);
    expect(done).toEqual(['open a', 'open /base', 'install adapter 1']);
    await pool.close();
  });

  it('are opened once for all who ask at the same time, and again when they were lost', async () => {
    const { done, opener, lose } = recorder();
    const pool = new ModelPool({ opener, log, budget: 100, opening: {} });
    const { a } = await tableOf(opener, 'a');
    const leases = await Promise.all([pool.lease(a), pool.lease(a)]);
    expect(done).toEqual(['open a']);
    for (const lease of leases) lease[Symbol.dispose]();
    lose('a');
    await Promise.resolve();
    await new Promise(setImmediate);
    await pool.lease(a);
    expect(done).toEqual(['open a', 'open a']);
  });

  it('that cannot be opened are not tried again at once', async () => {
    let tries = 0;
    const { opener } = recorder({ fails: () => ++tries > 0 });
    const pool = new ModelPool({ opener, log, budget: 100, opening: {} });
    const { a } = await tableOf(opener, 'a');
    for (let i = 0; i < 3; i++)
      await expect(pool.lease(a)).rejects.toMatchObject({ status: 503, code: 'model_unavailable' });
    expect(tries).toBe(1);
  });
});

describe('adapters', () => {
  it('sit beside their base, which is opened though nobody serves it, and go before it', async () => {
    const { done, opener } = recorder();
    const pool = new ModelPool({ opener, log, budget: 100, opening: {} });
    const models = await tableOf(opener, 'adapter-a', 'adapter-b');
    await pool.warm(Object.values(models));
    expect(done).toEqual(['open /base', 'install adapter-a 1', 'install adapter-b 2']);
    const lease = await pool.lease(models['adapter-a']);
    let isDropped = false;
    const dropped = pool.drop(models['adapter-a']).then(() => (isDropped = true));
    await new Promise(setImmediate);
    expect(isDropped).toBe(false);
    lease[Symbol.dispose]();
    await dropped;
    expect(done.at(-1)).toBe('close adapter-a 1');
    await pool.close();
    expect(done.slice(-2)).toEqual(['close adapter-b 2', 'close /base']);
  });

  it('are replaced when the new one is open, whoever uses the old one goes on, and stay where it cannot be opened', async () => {
    const broken = new Set<string>();
    const { done, opener } = recorder({ refusesInstall: (target) => broken.has(target) });
    const pool = new ModelPool({ opener, log, budget: 100, opening: {} });
    const { 'adapter-a': adapter } = await tableOf(opener, 'adapter-a');
    const lease = await pool.lease(adapter);
    broken.add('adapter-a');
    await expect(pool.replace(adapter)).rejects.toThrow('broken');
    expect(done).toEqual(['open /base', 'install adapter-a 1']);
    expect((await pool.lease(adapter)).opened).toBe(lease.opened);
    broken.clear();
    const next = await tableOf(opener, 'adapter-a');
    await pool.replace(next['adapter-a']);
    expect((await pool.lease(next['adapter-a'])).opened).not.toBe(lease.opened);
    expect(done).toEqual(['open /base', 'install adapter-a 1', 'install adapter-a 3']);
  });

  it('get a process of their own where they cannot sit there', async () => {
    const { done, opener } = recorder({ refusesBeside: true });
    const pool = new ModelPool({ opener, log, budget: 100, opening: {} });
    const models = await tableOf(opener, 'base', 'adapter-a');
    (await pool.lease(models['adapter-a']))[Symbol.dispose]();
    expect(done).toEqual(['open base', 'open adapter-a']);
  });
});

describe('adapters that wait for their first request', () => {
  const lazy = (models: Record<string, TextModel>) =>
    Object.values(models).map((model) => ({ ...model, isLazy: true }));

  it('are not opened ahead, but their base is', async () => {
    const { done, opener } = recorder();
    const pool = new ModelPool({ opener, log, budget: 25, opening: {} });
    const { c, 'adapter-d': d, ...adapters } = await tableOf(opener, 'adapter-a', 'adapter-b', 'c', 'adapter-d');
    const [a, b] = lazy(adapters);
    await pool.warm([a, c, b, d]);
    expect(done).toEqual(['open /base', 'open c', 'install adapter-d 1']);
  });

  it('are counted: the one longest out of use makes place, and those in use stay', async () => {
    const { done, opener } = recorder();
    const pool = new ModelPool({ opener, log, budget: 100, mostAdapters: 2, opening: {} });
    const [a, b, c, d] = lazy(await tableOf(opener, 'adapter-a', 'adapter-b', 'adapter-c', 'adapter-d'));
    const lease = await pool.lease(a);
    for (const model of [b, c, d]) (await pool.lease(model))[Symbol.dispose]();
    expect(done.slice(2)).toEqual([
      'install adapter-b 2',
      'close adapter-b 2',
      'install adapter-c 3',
      'close adapter-c 3',
      'install adapter-d 4',
    ]);
    const others = await Promise.all([b, c].map((model) => pool.lease(model)));
    expect(done.filter((one) => one === 'close adapter-a 1')).toEqual([]);
    for (const one of [lease, ...others]) one[Symbol.dispose]();
    await pool.close();
  });

  it('do not close their base to make room for themselves', async () => {
    const { done, opener } = recorder();
    const pool = new ModelPool({ opener, log, budget: 10, opening: {} });
    const { base, 'adapter-a': adapter } = await tableOf(opener, 'base', 'adapter-a');
    (await pool.lease(base))[Symbol.dispose]();
    (await pool.lease(adapter))[Symbol.dispose]();
    expect(done).toEqual(['open base', 'install adapter-a 1']);
    await pool.close();
  });
});

describe('a time without requests', () => {
  const idleMilliseconds = 1000;
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
  afterEach(() => void vi.useRealTimers());

  it('closes an adapter, then its base, and the next request opens them again', async () => {
    const { done, opener } = recorder();
    const pool = new ModelPool({ opener, log, budget: 100, idleMilliseconds, opening: {} });
    const { 'adapter-a': adapter } = await tableOf(opener, 'adapter-a');
    (await pool.lease(adapter))[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(idleMilliseconds - 1);
    expect(done).toEqual(['open /base', 'install adapter-a 1']);
    await vi.advanceTimersByTimeAsync(1);
    expect(done.slice(2)).toEqual(['close adapter-a 1']);
    await vi.advanceTimersByTimeAsync(idleMilliseconds);
    expect(done.slice(3)).toEqual(['close /base']);
    (await pool.lease(adapter))[Symbol.dispose]();
    expect(done.slice(4)).toEqual(['open /base', 'install adapter-a 2']);
    await pool.close();
  });

  it('begins anew with each request, and not while one is under way', async () => {
    const { done, opener } = recorder();
    const pool = new ModelPool({ opener, log, budget: 100, idleMilliseconds, opening: {} });
    const { a } = await tableOf(opener, 'a');
    for (let i = 0; i < 3; i++) {
      (await pool.lease(a))[Symbol.dispose]();
      await vi.advanceTimersByTimeAsync(idleMilliseconds / 2);
    }
    const [long, short] = [await pool.lease(a), await pool.lease(a)];
    short[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(10 * idleMilliseconds);
    expect(done).toEqual(['open a']);
    long[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(idleMilliseconds);
    expect(done).toEqual(['open a', 'close a']);
    await pool.close();
  });
});

describe('names', () => {
  it('are those of the targets, aliases, and base:adapter', async () => {
    const { opener } = recorder();
    const table = await ModelTable.of(
      [{ target: 'base' }, { name: 'mine', target: 'adapter-a' }],
      { gpt: 'base', other: 'c' },
      opener,
    );
    expect(table.names.map(({ name, model }) => [name, model.id])).toEqual([
      ['base', 'base'],
      ['mine', 'mine'],
      ['other', 'other'],
      ['gpt', 'base'],
    ]);
    expect([table.find('gpt:mine')?.id, table.find('other:mine'), table.find('mine:base')]).toEqual([
      'mine',
      undefined,
      undefined,
    ]);
    await expect(ModelTable.of([{ target: 'a' }], { a: 'b' }, opener)).rejects.toMatchObject({ code: 'E_SERVE_NAMES' });
  });
});
