import { describe, expect, it } from 'vitest';
import { AttuneError } from '../../../src/base/errors.ts';
import { ModelPool } from '../../../src/serve/models/model-pool.ts';
import { ModelTable, type ServedModel } from '../../../src/serve/models/model-table.ts';
import type { Opener } from '../../../src/serve/models/opened.ts';
import { openLog } from '../../../src/serve/watch/log.ts';

const log = openLog('silent');

/** An opener that tells what was opened and closed, in order. */
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
