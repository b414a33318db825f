import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Batcher } from '../../../src/answering/decoding/index.ts';
import { liveTensors } from '../../../src/engine/tensor/index.ts';
import { AdapterShelf } from '../../../src/answering/generate/adapters/shelf.ts';
import { openModel, type OpenedModel } from '../../../src/answering/model/open-model.ts';
import { writeTinyModel } from '../../system/cli-tiny-model.ts';
import { writeRandomAdapter } from '../random-adapter.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-shelf-'));
const at = (name: string) => join(folder, name);
let base: OpenedModel;
beforeAll(async () => {
  await writeTinyModel(at('model'), 'a parcel is on its way to the house of many colours');
  cpSync(at('model'), at('copy'), { recursive: true });
  await writeTinyModel(at('other'), 'another text entirely, of other words');
  writeFileSync(at('other/model.safetensors'), scrambled(readFileSync(at('model/model.safetensors'))));
  base = await openModel(at('model'), { precision: 'f32' });
  for (const [seed, name] of ['a', 'b', 'c'].entries()) await writeAdapter(name, seed, 'model');
  await writeAdapter('moved', 7, 'copy');
  await writeAdapter('stranger', 8, 'other');
}, 60_000);
afterAll(() => {
  base.model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A copy of a file with other weights under the same header. */
function scrambled(bytes: Buffer): Buffer {
  const result = Buffer.from(bytes);
  result.writeFloatLE(0.25, result.length - 4);
  return result;
}

function writeAdapter(name: string, seed: number, of: string): Promise<void> {
  return writeRandomAdapter(at(name), { seed, model: at('model'), baseModel: at(of) });
}

function opened(budget = 2 ** 30) {
  const batcher = new Batcher(base);
  return { batcher, shelf: new AdapterShelf({ base, batcher, budget }) };
}

const request = { prompt: [5, 6, 7, 8], maxNewTokens: 8, stopIds: [] };

async function ask({ batcher, shelf }: ReturnType<typeof opened>, id: string): Promise<number[]> {
  const lease = await shelf.take(id);
  try {
    const [{ ids }] = await batcher.submit({ ...request, adapter: lease.key });
    return ids;
  } finally {
    lease.release();
  }
}

describe('adapters that a session names', () => {
  it('answer as the same adapter does that is opened by itself', async () => {
    const shelf = opened();
    using _ = shelf.batcher;
    const alone: number[][] = [];
    for (const id of ['a', 'b', 'moved']) {
      await shelf.shelf.install(id, at(id));
      const one = await openModel(at(id), { precision: 'f32' });
      using batcher = new Batcher(one);
      alone.push((await batcher.submit(request))[0].ids);
      one.tuning?.dispose();
      one.model.dispose();
    }
    expect(await Promise.all(['a', 'b', 'moved'].map((id) => ask(shelf, id)))).toEqual(alone);
    expect(new Set(alone.map(String)).size).toBe(3);
  });

  it('are what their tensors, configuration and template are, whatever they are called', async () => {
    const shelf = opened();
    using _ = shelf.batcher;
    const [first, again, other] = [
      await shelf.shelf.install('x', at('a')),
      await shelf.shelf.install('y', at('a')),
      await shelf.shelf.install('z', at('b')),
    ].map(({ identity }) => identity);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect([again === first, other === first]).toEqual([true, false]);
    expect(await ask(shelf, 'x')).toEqual(await ask(shelf, 'y'));
  });

  it('answer at once under a name that went over to another', async () => {
    const shelf = opened();
    using _ = shelf.batcher;
    await shelf.shelf.install('x', at('a'));
    const before = await ask(shelf, 'x');
    const lease = await shelf.shelf.take('x');
    await shelf.shelf.install('x', at('b'));
    expect(await ask(shelf, 'x')).not.toEqual(before);
    // A request that already holds the adapter can finish with it.
    expect((await shelf.batcher.submit({ ...request, adapter: lease.key }))[0].ids).toEqual(before);
    lease.release();
  });

  it('leave memory when it is full and nobody uses them, and come back the same', async () => {
    const { bytes } = await opened().shelf.install('size', at('a'));
    const shelf = opened(2 * bytes);
    using _ = shelf.batcher;
    for (const id of ['a', 'b', 'c']) await shelf.shelf.install(id, at(id));
    expect([shelf.shelf.loads, shelf.shelf.bytes]).toEqual([3, 2 * bytes]);
    const live = liveTensors();
    const c = await ask(shelf, 'c');
    const [a, b] = [await ask(shelf, 'a'), await ask(shelf, 'b')];
    expect([await ask(shelf, 'a'), await ask(shelf, 'c')]).toEqual([a, c]);
    expect(b).not.toEqual(a);
    expect([shelf.shelf.loads, shelf.shelf.bytes]).toEqual([6, 2 * bytes]);
    await shelf.shelf.remove('a');
    await shelf.shelf.remove('c');
    expect(shelf.shelf.bytes).toBe(0);
    expect(liveTensors()).toBeLessThan(live);
  });

  it('stay in memory while anybody uses them', async () => {
    const shelf = opened(0);
    using _ = shelf.batcher;
    await shelf.shelf.install('a', at('a'));
    const lease = await shelf.shelf.take('a');
    await shelf.shelf.install('b', at('b'));
    expect(shelf.shelf.bytes).toBeGreaterThan(0);
    const loads = shelf.shelf.loads;
    (await shelf.shelf.take('a')).release();
    expect(shelf.shelf.loads).toBe(loads);
    const removal = shelf.shelf.remove('a');
    expect((await shelf.batcher.submit({ ...request, adapter: lease.key }))[0].ids).toHaveLength(8);
    lease.release();
    await removal;
    expect(shelf.shelf.bytes).toBe(0);
  });

  it('are refused that belong to another base, are no adapters, or were changed behind our back', async () => {
    const shelf = opened(0);
    using _ = shelf.batcher;
    await expect(shelf.shelf.install('x', at('stranger'))).rejects.toMatchObject({ code: 'E_ADAPTER_BASE' });
    await expect(shelf.shelf.install('x', at('model'))).rejects.toMatchObject({ code: 'E_ADAPTER_EXPECTED' });
    await expect(shelf.shelf.take('x')).rejects.toMatchObject({ code: 'E_ADAPTER_UNKNOWN' });
    cpSync(at('a'), at('mine'), { recursive: true });
    await shelf.shelf.install('x', at('mine'));
    const answer = await ask(shelf, 'x');
    cpSync(at('b/adapter_model.safetensors'), at('mine/adapter_model.safetensors'));
    await expect(ask(shelf, 'x')).rejects.toMatchObject({ code: 'E_ADAPTER_CHANGED' });
    await shelf.shelf.install('x', at('mine'));
    expect(await ask(shelf, 'x')).not.toEqual(answer);
  });
});
