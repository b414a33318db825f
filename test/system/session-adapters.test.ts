import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel, type Talker } from '../../src/app/index.ts';
import { writeRandomAdapter } from '../engine/random-adapter.ts';
import { writeTinyModel } from './cli-tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-session-'));
const at = (name: string) => join(folder, name);
const prompts = ['a parcel is on its way', 'the house'];
const sampling = { maxNewTokens: 6 };
let talker: Talker;

async function texts(one: Talker, adapter?: string, salt?: string): Promise<string[]> {
  const answers = await one.answer(prompts, { ...sampling, adapter, salt });
  return answers.map(({ text }) => text);
}

beforeAll(async () => {
  await writeTinyModel(at('model'), 'a parcel is on its way to the house of many colours');
  for (const [seed, name] of ['a', 'b'].entries()) await writeRandomAdapter(at(name), { seed, model: at('model') });
  talker = await openModel({ target: at('model'), precision: 'f32' });
}, 60_000);
afterAll(async () => {
  await talker.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a session with several adapters', () => {
  it('answers each request by the adapter that it names, as the adapter does by itself', async () => {
    const alone: string[][] = [];
    for (const name of ['model', 'a', 'b']) {
      const one = await openModel({ target: at(name), precision: 'f32' });
      alone.push(await texts(one));
      await one.close();
    }
    const installed = [await talker.install('a', at('a')), await talker.install('b', at('b'))];
    expect(installed.map(({ id, folder: where }) => [id, where])).toEqual([
      ['a', at('a')],
      ['b', at('b')],
    ]);
    const names = [undefined, 'a', 'b', undefined, 'b', 'a'];
    const answers = await Promise.all(names.map((name) => texts(talker, name)));
    expect(answers).toEqual([alone[0], alone[1], alone[2], alone[0], alone[2], alone[1]]);
    expect(new Set(alone.map(String)).size).toBe(3);
  });

  it('refuses a name that nobody installed, or that was removed', async () => {
    await talker.install('c', at('a'));
    await talker.remove('c');
    await expect(texts(talker, 'c')).rejects.toMatchObject({ code: 'E_ADAPTER_UNKNOWN' });
    await expect(talker.remove('c')).rejects.toMatchObject({ code: 'E_ADAPTER_UNKNOWN' });
    await expect(talker.install('c', at('nowhere'))).rejects.toMatchObject({ code: 'E_MODEL_MISSING' });
    expect(await texts(talker)).toHaveLength(2);
  });

  it('shares the reading of prompts under one salt only', async () => {
    const long = [`${prompts[0]} `.repeat(8)];
    const shared = async (salt?: string) => (await talker.answer(long, { ...sampling, salt }))[0].usage.shared;
    expect(await shared('tenant 1')).toBe(0);
    expect(await shared('tenant 1')).toBeGreaterThan(0);
    expect(await shared('tenant 2')).toBe(0);
  });
});
