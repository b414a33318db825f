import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { keyUsage } from '../../../src/app/registry/key-usage.ts';
import { openRegistry } from '../../../src/store/registry/index.ts';
import { createKey } from '../../../src/serving/access/api-keys.ts';
import { Admission } from '../../../src/serving/models/admission.ts';
import { FinishRate } from '../../../src/serving/models/finish-rate.ts';
import { duration, RateLimits } from '../../../src/serving/usage/rate-limits.ts';
import { freshStore } from '../store/postgres-server.ts';
import { fakeServer } from './fake-models.ts';

const unused = { usedToday: () => ({ requests: 0, tokens: 0 }) };

describe('rates of a key', () => {
  it('are refused beyond a minute, with the time until there is room, and told in headers', () => {
    let now = 1_000_000;
    const rates = new RateLimits({ requests_per_minute: 60, tokens_per_minute: 600 }, unused, () => now);
    const first = rates.enter({ name: 'a' }, 500);
    expect(first.headers).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-limit-tokens': '600',
      'x-ratelimit-remaining-tokens': '100',
      'x-ratelimit-reset-tokens': '50s',
    });
    const refused = {
      status: 429,
      code: 'rate_limit_exceeded',
      headers: { 'retry-after': '10', 'retry-after-ms': '10000' },
    };
    expect(() => rates.enter({ name: 'a' }, 200)).toThrow(expect.objectContaining(refused));
    // Another key has its own limit.
    expect(() => rates.enter({ name: 'b' }, 200)).not.toThrow();
    // Estimated tokens that were not used are returned.
    first.settle(100);
    first.settle(0);
    expect(() => rates.enter({ name: 'a' }, 200).settle(200)).not.toThrow();
    now += 30_000;
    expect(rates.enter({ name: 'a' }, 0).headers['x-ratelimit-remaining-tokens']).toBe('600');
    expect(() => rates.enter({ name: 'a' }, 601)).toThrow(
      expect.objectContaining({ headers: { 'x-should-retry': 'false' } }),
    );
  });

  it("are a key's own where its entry says so, and end with the day", () => {
    const used = { usedToday: () => ({ requests: 9, tokens: 0 }) };
    const rates = new RateLimits({ requests_per_day: 100 }, used, () => 86_400_000 - 5000);
    const key = { name: 'a', rate: { requests_per_day: 10 } };
    expect(rates.enter(key, 5).headers).toMatchObject({
      'x-ratelimit-limit-requests': '10',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '5s',
    });
    const quota = { code: 'insufficient_quota', type: 'insufficient_quota', headers: { 'retry-after': '5' } };
    expect(() => rates.enter(key, 5)).toThrow(
      expect.objectContaining({ ...quota, headers: { ...quota.headers, 'x-should-retry': 'false' } }),
    );
    expect(['0.012', '1.5', '60', '3605'].map((seconds) => duration(Number(seconds)))).toEqual([
      '12ms',
      '1.5s',
      '1m0s',
      '1h0m5s',
    ]);
  });
});

describe('usage of keys', () => {
  let folder: string | undefined;
  afterEach(() => folder !== undefined && rmSync(folder, { recursive: true, force: true }));

  it('is counted, limited over restarts, and told by the endpoint and the command', async () => {
    folder = mkdtempSync(join(tmpdir(), 'attune-usage-'));
    process.env.ATTUNE_HOME = folder;
    freshStore();
    const file = join(folder, 'keys.yaml');
    const { key: shop } = await createKey({ file, name: 'shop' });
    const { key: admin } = await createKey({ file, name: 'admin', admin: true });
    const stored = parse(readFileSync(file, 'utf8')) as { keys: Record<string, unknown>[] };
    stored.keys[0].rate = { requests_per_day: 3 };
    writeFileSync(file, stringify(stored));
    const start = async () => fakeServer({ models: ['text'], api_keys: file }, { ledger: await openRegistry() });
    const ask = (server: Awaited<ReturnType<typeof start>>) =>
      server.send(
        '/v1/completions',
        { model: 'text', prompt: 'hello', max_tokens: 10 },
        { headers: { authorization: `Bearer ${shop}` } },
      );
    const first = await start();
    const answered = await ask(first);
    expect([answered.status, answered.headers.get('x-ratelimit-remaining-requests')]).toEqual([200, '2']);
    await answered.text();
    await (await ask(first)).text();
    await first.close();
    const second = await start();
    await (await ask(second)).text();
    const refused = await ask(second);
    expect([refused.status, await refused.json()]).toMatchObject([429, { error: { code: 'insufficient_quota' } }]);
    const page = await second.send(
      `/v1/organization/usage/completions?start_time=${Math.floor(Date.now() / 1000) - 60}&group_by[]=api_key_id`,
      undefined,
      { headers: { authorization: `Bearer ${admin}` } },
    );
    expect(await page.json()).toMatchObject({
      object: 'page',
      data: [{ results: [{ api_key_id: 'shop', num_model_requests: 3, input_tokens: 15, output_tokens: 9 }] }],
      has_more: false,
    });
    await second.close();
    expect(await keyUsage({ key: 'shop' })).toEqual([
      { key: 'shop', model: 'text', requests: 3, input_tokens: 15, cached_tokens: 6, output_tokens: 9 },
    ]);
  });
});

describe('a full queue', () => {
  it('is shared by keys: a flood of one does not refuse another', async () => {
    const admission = new Admission(8);
    const flood = Array.from({ length: 50 }, () =>
      admission.enter({ model: 'm', owner: 'a', rows: 1 }).then(
        () => 'in',
        (error: { headers: Record<string, string> }) => error.headers['retry-after'],
      ),
    );
    await expect(admission.enter({ model: 'm', owner: 'b', rows: 1 })).resolves.toBeDefined();
    const told = await Promise.all(flood.slice(40));
    expect(new Set(told)).toEqual(new Set(['2']));
    expect(admission.countsOf('m').waiting).toBe(8);
  });

  it('says how long it takes by the rate at which answers were finished', () => {
    let now = 0;
    const rate = new FinishRate(32, () => now);
    rate.begin(300);
    // Two answers per second, however long they waited.
    for (let running = 32; running > 16; running--) {
      now += 0.5;
      rate.finish({ rows: 1, work: 10 }, running);
    }
    expect(rate.secondsFor({ rows: 100, work: 1000 })).toBeCloseTo(50);
    // Longer answers take longer.
    expect(rate.secondsFor({ rows: 100, work: 4000 })).toBeCloseTo(200);
  });
});
