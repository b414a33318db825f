// A folder of adapters: served by name, opened on request, and followed as they appear, change and disappear.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fakeServer } from './fake-models.ts';

const answers = async (response: Promise<Response>) => (await response).status;

it('are listed from the start, opened by their first request, and gone with their folders', async () => {
  const adapter_folder = mkdtempSync(join(tmpdir(), 'attune-adapters-'));
  // The fake opener treats targets with `adapter` in their path as adapters of `text`.
  for (const name of ['one', 'two', 'not a name']) mkdirSync(join(adapter_folder, name));
  writeFileSync(join(adapter_folder, 'README'), 'a file');
  const server = await fakeServer({ models: ['text'], adapter_folder }, { saysOf: { text: 'base' } });
  onTestFinished(() => server.close());
  const { pool, table, adapterFolder } = server.parts;
  const listed = async () => {
    const { data } = (await (await server.send('/v1/models')).json()) as { data: { id: string; parent: string }[] };
    return data.map(({ id, parent }) => [id, parent]);
  };
  expect(await listed()).toEqual([
    ['text', null],
    ['one', 'text'],
    ['two', 'text'],
  ]);
  const isOpen = (id: string) => pool.isOpen({ id });
  expect(['text', 'one', 'two'].map(isOpen)).toEqual([true, false, false]);
  const ask = (model: string) => answers(server.send('/v1/completions', { model, prompt: 'a' }));
  expect(await ask('one')).toBe(200);
  expect(['one', 'two'].map(isOpen)).toEqual([true, false]);

  mkdirSync(join(adapter_folder, 'three'));
  rmSync(join(adapter_folder, 'two'), { recursive: true });
  const before = table.find('one');
  utimesSync(join(adapter_folder, 'one'), 1, 1);
  await adapterFolder!.look();
  expect((await listed()).map(([id]) => id)).toEqual(['text', 'one', 'three']);
  // It has changed: the next request opens it again.
  expect([isOpen('one'), table.find('one') === before]).toEqual([false, false]);
  expect([await ask('one'), await ask('two'), await ask('three'), await ask('not a name')]).toEqual([
    200, 404, 200, 404,
  ]);
  expect(await ask('../one')).toBe(404);

  expect(await answers(server.send('/v1/unload_lora_adapter', { lora_name: 'one' }))).toBe(200);
  await adapterFolder!.look();
  expect(await ask('one')).toBe(404);
  expect(await answers(server.send('/v1/load_lora_adapter', { lora_name: 'one' }))).toBe(200);
  expect(await ask('one')).toBe(200);
});

it('leave a model of the same name alone, and are refused where the folder is not there', async () => {
  const adapter_folder = mkdtempSync(join(tmpdir(), 'attune-adapters-'));
  mkdirSync(join(adapter_folder, 'text'));
  const server = await fakeServer({ models: ['text'], adapter_folder });
  expect(server.parts.table.find('text')?.target).toBe('text');
  expect(server.log.find(({ level, model }) => level === 40 && model === 'text')).toBeDefined();
  await server.close();
  const missing = fakeServer({ models: ['text'], adapter_folder: join(adapter_folder, 'none') });
  await expect(missing).rejects.toMatchObject({ code: 'E_SERVE_SETTINGS', got: 'ENOENT' });
});
