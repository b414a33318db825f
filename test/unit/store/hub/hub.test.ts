import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pullForRecipe } from '../../../../src/app/pull.ts';
import type { Recipe } from '../../../../src/training/recipe/recipe.ts';
import type { RunEvent } from '../../../../src/base/events.ts';
import { modelFiles } from '../../../../src/store/hub/choose-files.ts';
import type { HubFile } from '../../../../src/store/hub/listing.ts';
import { parseRepository, pullRepository, snapshotFolder } from '../../../../src/store/hub/index.ts';
import { hubSettings, type HubSettings } from '../../../../src/store/hub/hub-settings.ts';
import { COMMIT, gitHash, sha256, startHub, type HubServer, type StoredFile } from './hub-server.ts';

let hub: HubServer;
let settings: HubSettings;
beforeEach(async () => {
  hub = await startHub();
  settings = { endpoint: hub.url, cache: mkdtempSync(join(tmpdir(), 'attune-hub-')), isOffline: false };
});
afterEach(async () => {
  await hub[Symbol.asyncDispose]();
  rmSync(settings.cache, { recursive: true });
});

const weights = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31) % 251));
const MODEL: [string, StoredFile][] = [
  ['config.json', { content: Buffer.from('{"model_type":"llama"}') }],
  ['tokenizer.json', { content: Buffer.from('{}') }],
  ['model.safetensors', { content: weights, isLarge: true }],
  ['pytorch_model.bin', { content: Buffer.from('pickle'), isLarge: true }],
  ['onnx/model.onnx', { content: Buffer.from('onnx'), isLarge: true }],
];
const serve = (...files: [string, Partial<StoredFile>][]) => {
  hub.files = new Map(MODEL);
  for (const [name, file] of files)
    hub.files.set(name, { content: weights, ...MODEL.find(([n]) => n === name)?.[1], ...file });
};
const repository = parseRepository('owner/name', 'model');
const pull = (events: RunEvent[] = [], options: Partial<Parameters<typeof pullRepository>[1]> = {}) =>
  pullRepository(repository, {
    emit: (event) => events.push(event as RunEvent),
    signal: new AbortController().signal,
    settings,
    pause: 1,
    patience: 300,
    ...options,
  });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? String(error),
  );
const downloads = () => hub.requests.filter(({ path }) => path.includes('/resolve/'));

describe('a model of the hub', () => {
  it('is fetched with what it needs, into the layout of the Python library, and only once', async () => {
    serve();
    const events: RunEvent[] = [];
    const { folder, bytes, fetchedBytes } = await pull(events);
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
    expect(readFileSync(join(folder, 'model.safetensors')).equals(weights)).toBe(true);
    const root = join(settings.cache, 'models--owner--name');
    expect(folder).toBe(join(root, 'snapshots', COMMIT));
    expect(readFileSync(join(root, 'refs', 'main'), 'utf8')).toBe(COMMIT);
    expect(readlinkSync(join(folder, 'model.safetensors'))).toBe(`../../blobs/${sha256(weights)}`);
    expect(existsSync(join(root, 'blobs', gitHash(MODEL[0][1].content)))).toBe(true);
    expect(fetchedBytes).toBe(bytes);
    expect(events).toContainEqual({
      type: 'work-advanced',
      phase: 'download',
      done: bytes,
      total: bytes,
      unit: 'bytes',
    });
    hub.requests.length = 0;
    expect((await pull()).fetchedBytes).toBe(0);
    expect(downloads()).toEqual([]);
    expect(snapshotFolder(repository, settings)).toBe(folder);
  });

  it('goes on where the connection broke off', async () => {
    serve(['model.safetensors', { fault: { breaksAfter: 30_000 } }]);
    await pull();
    const ranges = downloads()
      .filter(({ path }) => path.endsWith('.safetensors'))
      .map(({ range }) => range);
    expect(ranges).toEqual([undefined, 'bytes=30000-', 'bytes=60000-', 'bytes=90000-']);
  });

  it('goes on where an earlier attempt was given up, or its process killed', async () => {
    serve(['model.safetensors', { fault: { breaksAfter: 60_000, ignoresRange: true } }]);
    expect(await codeOf(pull())).toBe('E_HUB_UNREACHABLE');
    const place = join(settings.cache, 'models--owner--name', 'blobs', sha256(weights));
    const rangeOfNext = async () => {
      hub.requests.length = 0;
      serve();
      await pull();
      return downloads().find(({ path }) => path.endsWith('.safetensors'))?.range;
    };
    expect(await rangeOfNext()).toBe('bytes=60000-');
    const { pid } = spawnSync(process.execPath, ['--version']);
    renameSync(place, `${place}.${pid}-0123abcd.incomplete`);
    truncateSync(`${place}.${pid}-0123abcd.incomplete`, 20_000);
    expect(await rangeOfNext()).toBe('bytes=20000-');
    expect(readdirSync(join(place, '..')).filter((name) => name.includes('incomplete'))).toEqual([]);
  });

  it('of a commit that is there in part only is fetched again by the recipe that names it', async () => {
    serve();
    const name = `owner/name@${COMMIT}`;
    const recipe = { model: name, data: { train: [], validation: 0, test: 0 } } as unknown as Recipe;
    const request = { emit: () => undefined, signal: new AbortController().signal };
    vi.stubEnv('HF_ENDPOINT', hub.url);
    vi.stubEnv('HF_HUB_CACHE', settings.cache);
    vi.stubEnv('HF_HUB_OFFLINE', '');
    // A folder in place of a file stops the linking, as a kill would.
    const folder = join(settings.cache, 'models--owner--name', 'snapshots', COMMIT);
    mkdirSync(join(folder, 'tokenizer.json', 'in the way'), { recursive: true });
    await expect(pullRepository(parseRepository(name, 'model'), { ...request, settings })).rejects.toThrow(
      'tokenizer.json',
    );
    expect(existsSync(join(folder, 'config.json'))).toBe(true);
    expect(snapshotFolder(parseRepository(name, 'model'), settings)).toBeUndefined();
    rmSync(join(folder, 'tokenizer.json'), { recursive: true });
    await pullForRecipe(recipe, request);
    expect(
      readdirSync(folder)
        .filter((file) => !file.endsWith('.tmp'))
        .sort(),
    ).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
    expect(snapshotFolder(parseRepository(name, 'model'), settings)).toBe(folder);
    hub.requests.length = 0;
    await pullForRecipe(recipe, request);
    expect(hub.requests).toEqual([]);
    vi.unstubAllEnvs();
  });

  it('may be fetched by several at once', async () => {
    serve(['model.safetensors', { fault: { breaksAfter: 30_000 } }]);
    const all = await Promise.all([pull(), pull(), pull()]);
    for (const { folder } of all) expect(readFileSync(join(folder, 'model.safetensors')).equals(weights)).toBe(true);
    expect(readdirSync(join(all[0].folder, '..', '..', 'blobs')).length).toBe(3);
  });

  it('starts anew where a server ignores ranges, and does not wait for a silent one', async () => {
    serve(['model.safetensors', { fault: { stalls: 1, ignoresRange: true } }]);
    expect((await pull()).fetchedBytes).toBeGreaterThan(100_000);
    await rm();
    serve(['model.safetensors', { fault: { breaksAfter: 60_000, ignoresRange: true } }]);
    expect(await codeOf(pull())).toBe('E_HUB_UNREACHABLE');
  });

  it('waits where it is told to come later', async () => {
    serve(['model.safetensors', { fault: { refuses: { times: 2, status: 429 } } }]);
    expect((await pull()).folder).toContain(COMMIT);
    await rm();
    serve(['model.safetensors', { fault: { refuses: { times: 99, status: 503 } } }]);
    expect(await codeOf(pull())).toBe('E_HUB_UNREACHABLE');
  });

  it('is not there with other bytes, more bytes or fewer bytes than the hub said', async () => {
    serve(['model.safetensors', { fault: { sends: Buffer.alloc(100_000) } }]);
    expect(await codeOf(pull())).toBe('E_HUB_HASH');
    serve(['model.safetensors', { fault: { sends: Buffer.alloc(200_000) } }]);
    expect(await codeOf(pull())).toBe('E_HUB_SIZE');
    serve(['model.safetensors', { fault: { sends: weights.subarray(0, 50_000) } }]);
    expect(['E_HUB_UNREACHABLE', 'E_HUB_SIZE']).toContain(await codeOf(pull()));
    await rm();
    serve(['config.json', { fault: { sends: Buffer.from('{"model_type":"lLama"}') } }]);
    expect(await codeOf(pull())).toBe('E_HUB_HASH');
    expect(snapshotFolder(repository, settings)).toBeUndefined();
  });

  it('cannot choose where its files go', async () => {
    for (const path of ['../../../escaped.json', '/etc/escaped.json', 'a/../../../x.json', 'C:\\x.json', 'a\0.json']) {
      serve(['extra.json', { content: Buffer.from('{}'), listed: { path } }]);
      expect([path, await codeOf(pull())]).toEqual([path, 'E_PATH_ESCAPE']);
    }
    for (const oid of ['../../x', '', 'ABC', 'a'.repeat(63)]) {
      serve(['model.safetensors', { listed: { oid } }]);
      expect(await codeOf(pull())).toBe('E_HUB_ANSWER');
    }
    serve(['model.safetensors', { listed: { size: -1 } }]);
    expect(await codeOf(pull())).toBe('E_HUB_ANSWER');
    serve(['model.safetensors', { listed: { size: 2 ** 50 } }]);
    expect(await codeOf(pull())).toBe('E_DISK_FULL');
  });

  it('is refused where its weights are pickles only, or where there are none', async () => {
    serve();
    hub.files.delete('model.safetensors');
    expect(await codeOf(pull())).toBe('E_PICKLE_WEIGHTS');
    hub.files.delete('pytorch_model.bin');
    expect(await codeOf(pull())).toBe('E_HUB_NO_WEIGHTS');
  });

  it('shows its token to the hub, and to no other host', async () => {
    await using other = await startHub();
    other.files.set('model.safetensors', { content: weights });
    hub.token = 'secret-token';
    const elsewhere = `${other.url.replace('127.0.0.1', 'localhost')}/owner/name/resolve/${COMMIT}/model.safetensors`;
    serve(['model.safetensors', { fault: { redirects: elsewhere } }]);
    expect(await codeOf(pull())).toBe('E_HUB_FORBIDDEN');
    settings = { ...settings, token: 'secret-token' };
    await pull();
    expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
    settings = { ...settings, token: 'wrong-token' };
    const error = await pull([], { settings: { ...settings, cache: join(settings.cache, 'b') } }).catch(String);
    expect(error).not.toContain('wrong-token');
  });

  it('that does not exist, and a hub that is not there, are told', async () => {
    const request = { emit: () => undefined, signal: new AbortController().signal, settings };
    expect(await codeOf(pullRepository(parseRepository('owner/missing', 'model'), request))).toBe('E_HUB_MISSING');
    const nowhere = { ...settings, endpoint: 'http://127.0.0.1:9' };
    expect(await codeOf(pullRepository(repository, { ...request, settings: nowhere }))).toBe('E_HUB_UNREACHABLE');
    const offline = { ...settings, isOffline: true };
    expect(await codeOf(pullRepository(repository, { ...request, settings: offline }))).toBe('E_HUB_OFFLINE');
  });
});

it('takes the tokenizer of a model however large it is, and no other large text', () => {
  const file = (path: string, mebibytes: number) => ({ path, size: mebibytes * 2 ** 20, hash: path }) as HubFile;
  const all = [
    file('model.safetensors', 900),
    file('tokenizer.json', 80),
    file('training_log.json', 80),
    file('config.json', 0),
  ];
  const chosen = modelFiles(all, parseRepository('a/b', 'model')).map(({ path }) => path);
  expect(chosen.toSorted()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
});

it('takes the rows of a data set, whatever else lies there', async () => {
  hub.files = new Map<string, StoredFile>([
    ['README.md', { content: Buffer.from('card') }],
    ['data/train-00000-of-00001.parquet', { content: weights, isLarge: true }],
    ['dataset_infos.json', { content: Buffer.from('{}') }],
    ['load.py', { content: Buffer.from('import os') }],
  ]);
  const request = { emit: () => undefined, signal: new AbortController().signal, settings };
  const { folder } = await pullRepository(parseRepository('owner/name', 'dataset'), request);
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
    'README.md',
    'data',
    'data/train-00000-of-00001.parquet',
  ]);
  expect(lstatSync(join(folder, 'README.md')).isSymbolicLink()).toBe(true);
  hub.files = new Map([['load.py', { content: Buffer.from('import os') }]]);
  expect(await codeOf(pullRepository(parseRepository('owner/other', 'dataset'), request))).toBe('E_HUB_NO_ROWS');
});

it('honours the variables of Hugging Face’s own tools', () => {
  const home = mkdtempSync(join(tmpdir(), 'attune-hf-'));
  expect(hubSettings({ HF_HOME: home, HF_ENDPOINT: 'https://mirror.example/', HF_TOKEN: ' t ' })).toEqual({
    endpoint: 'https://mirror.example',
    cache: join(home, 'hub'),
    token: 't',
    isOffline: false,
  });
  expect(hubSettings({ HF_HUB_CACHE: home, HF_HUB_OFFLINE: '1' })).toMatchObject({ cache: home, isOffline: true });
  rmSync(home, { recursive: true });
});

it('names of repositories are checked before they become paths', () => {
  for (const name of [
    '../x',
    'a/..',
    'a/b/c',
    'a',
    'a/b@../x',
    'a//b',
    '/a/b',
    'a/b@x@y',
    'a/--b',
    '.a/b',
    'a/b@.',
    'a/b@x/./y',
    'a/b@x/',
  ]) {
    expect(() => parseRepository(name, 'model'), name).toThrow(/is not a valid name of a model/);
  }
  expect(parseRepository('a/b@refs/pr/1', 'model')).toEqual({ kind: 'model', name: 'a/b', revision: 'refs/pr/1' });
});

async function rm(): Promise<void> {
  rmSync(join(settings.cache, 'models--owner--name'), { recursive: true, force: true });
}
