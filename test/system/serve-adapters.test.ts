import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUnit } from '../../src/base/random.ts';
import { takenPlaces, visit } from '../../tools/stress/serve-visitors.ts';
import { post, startServer, tinyFolder, writeTinyAdapter, type TestServer } from './serve-tiny.ts';

let files: Awaited<ReturnType<typeof tinyFolder>>;
let server: TestServer;
const names = Array.from({ length: 8 }, (_, i) => `adapter-${i}`);

beforeAll(async () => {
  files = await tinyFolder();
  const folders = names.map((name, seed) =>
    writeTinyAdapter(join(files.folder, name), files.model, { seed: seed + 3 }),
  );
  const late = writeTinyAdapter(join(files.folder, 'late'), files.model, { seed: 77 });
  server = await startServer({ models: [files.model, ...folders], adapters: [{ name: 'late', target: late }] });
});
afterAll(async () => {
  await server.close();
  files.remove();
});

async function answer(model: string, content = 'where is parcel 3', max_tokens = 10): Promise<string> {
  const { choices } = await server.client.completions.create({ model, prompt: content, temperature: 0, max_tokens });
  return choices[0].text;
}

describe('adapters beside their base', () => {
  it('are models of their own, with the base as their parent', async () => {
    const { data } = await server.client.models.list();
    expect(data.map(({ id }) => id)).toEqual(['tiny', ...names]);
    expect(data.slice(1).every((model) => (model as { parent?: string }).parent === 'tiny')).toBe(true);
  });

  it('answer 16 mixed requests each as it is answered alone, and the base as before', async () => {
    const asked = Array.from({ length: 16 }, (_, i) => (i % 9 === 8 ? 'tiny' : names[(i * 3) % 8]));
    const alone: string[] = [];
    for (const [i, model] of asked.entries()) alone.push(await answer(model, `where is parcel ${i}`, 4 + i));
    expect(await Promise.all(asked.map((model, i) => answer(model, `where is parcel ${i}`, 4 + i)))).toEqual(alone);
    const said = await Promise.all(['tiny', ...names].map((model) => answer(model)));
    expect(new Set(said).size).toBeGreaterThan(4);
  });

  it('are named as base:adapter and by adapter_id too', async () => {
    const [one, two] = await Promise.all([answer('adapter-2'), answer('tiny:adapter-2')]);
    expect(two).toBe(one);
    const body = {
      model: 'tiny',
      adapter_id: 'adapter-2',
      prompt: 'where is parcel 3',
      temperature: 0,
      max_tokens: 10,
    };
    expect((await post(server, '/v1/completions', body)).body?.choices[0].text).toBe(one);
    expect(await post(server, '/v1/completions', { ...body, adapter_id: 'adapter-9' })).toMatchObject({ status: 404 });
  });

  it('are read again under the same name, and the next answer is the new one', async () => {
    const [before, base] = [await answer('adapter-1'), await answer('tiny')];
    writeTinyAdapter(join(files.folder, 'adapter-1'), files.model, { seed: 99 });
    expect(await post(server, '/v1/load_lora_adapter', { lora_name: 'adapter-1' })).toMatchObject({ status: 400 });
    const loaded = await post(server, '/v1/load_lora_adapter', { lora_name: 'adapter-1', load_inplace: true });
    expect(loaded.text).toContain("Success: LoRA adapter 'adapter-1' added successfully");
    expect(await answer('adapter-1')).not.toBe(before);
    expect(await answer('tiny')).toBe(base);
  });

  it('are loaded by a registered name only, and unloaded so that nobody finds them', async () => {
    const path = join(files.folder, 'adapter-4');
    expect(await post(server, '/v1/load_lora_adapter', { lora_name: 'other', lora_path: path })).toMatchObject({
      status: 404,
      body: { error: { code: 'adapter_not_registered', param: 'lora_name' } },
    });
    expect(await post(server, '/v1/load_lora_adapter', { lora_name: 'late', lora_path: path })).toMatchObject({
      status: 400,
      body: { error: { param: 'lora_path' } },
    });
    expect(await post(server, '/v1/load_lora_adapter', { lora_name: 'late', lora_path: 'late' })).toMatchObject({
      status: 200,
    });
    expect(await answer('late')).not.toBe(await answer('tiny'));
    const asked = { model: 'late', prompt: 'parcel 3', max_tokens: 60, ignore_eos: true, stream: true as const };
    let unloaded: ReturnType<typeof post> | undefined;
    let reason: string | null = null;
    for await (const { choices } of await server.client.completions.create(asked)) {
      unloaded ??= post(server, '/v1/unload_lora_adapter', { lora_name: 'late' });
      reason = choices[0].finish_reason;
    }
    expect(reason).toBe('length');
    expect((await unloaded)?.text).toContain('removed successfully');
    await expect(answer('late')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    expect(await post(server, '/v1/unload_lora_adapter', { lora_name: 'tiny' })).toMatchObject({ status: 400 });
    expect(await post(server, '/v1/unload_lora_adapter', { lora_name: 'late' })).toMatchObject({ status: 404 });
  });

  it('stay where what they are read from again is broken', async () => {
    const [folder, before] = [join(files.folder, 'adapter-5'), await answer('adapter-5')];
    const weights = join(folder, 'adapter_model.safetensors');
    const whole = readFileSync(weights);
    writeFileSync(weights, whole.subarray(0, 40));
    const asked = { lora_name: 'adapter-5', load_inplace: true };
    const refused = await post(server, '/v1/load_lora_adapter', asked);
    expect(refused.status).toBe(400);
    expect(refused.text).not.toContain(files.folder);
    expect(await answer('adapter-5')).toBe(before);
    writeFileSync(weights, whole);
    expect(await post(server, '/v1/load_lora_adapter', asked)).toMatchObject({ status: 200 });
    expect(await answer('adapter-5')).toBe(before);
  });

  it('of a folder answer the same, opened one at a time and closed in between, and no request is lost', async () => {
    const adapter_folder = join(files.folder, 'adapters');
    mkdirSync(adapter_folder);
    for (const name of names.slice(0, 4))
      cpSync(join(files.folder, name), join(adapter_folder, name), { recursive: true });
    const shared = { models: [files.model], adapter_folder, max_loaded_adapters: 1, keep_alive: 0 };
    const folder = await startServer(shared);
    try {
      const { data } = await folder.client.models.list();
      expect(data.map(({ id }) => id).toSorted()).toEqual([...names.slice(0, 4), 'tiny']);
      const asked = Array.from({ length: 24 }, (_, i) => names[(i * 3) % 4]);
      const ask = async ({ client }: TestServer, model: string, i: number) => {
        const body = { model, prompt: `where is parcel ${i}`, temperature: 0, max_tokens: 2 + i };
        return (await client.completions.create(body, { maxRetries: 0 })).choices[0].text;
      };
      const expected = [];
      for (const [i, model] of asked.entries()) expected.push(await ask(server, model, i));
      expect(await Promise.all(asked.map((model, i) => ask(folder, model, i)))).toEqual(expected);
      const one = [];
      for (const [i, model] of asked.slice(0, 6).entries()) one.push(await ask(folder, model, i));
      expect(one).toEqual(expected.slice(0, 6));
    } finally {
      await folder.close();
    }
  });

  it('answer as before when clients have come, left and broken off, and every place is free', async () => {
    const before = await Promise.all(['tiny', ...names].map((model) => answer(model)));
    const visited = { url: server.url, models: ['tiny', ...names], visiting: 'late' };
    const outcomes = new Map<string, number>();
    const client = async (_: unknown, number: number) => {
      for (let i = 0; i < 12; i++) {
        let drawn = 0;
        const { outcome } = await visit(visited, () => randomUnit([number, 'visit', i], drawn++));
        outcomes.set(String(outcome), (outcomes.get(String(outcome)) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 6 }, client));
    expect([...outcomes.keys()].filter((outcome) => outcome.startsWith('5'))).toEqual([]);
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining(['200', '400', '404', 'left', 'broken']));
    expect(await takenPlaces(visited)).toBe(0);
    expect(await Promise.all(['tiny', ...names].map((model) => answer(model)))).toEqual(before);
  });
});
