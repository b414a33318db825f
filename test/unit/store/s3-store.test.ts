import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../../src/files/hash.ts';
import { FolderStore, type StoredObject } from '../../../src/store/objects/folder-store.ts';
import { S3Store } from '../../../src/store/objects/s3-store.ts';
import { parseS3Url } from '../../../src/store/objects/s3-url.ts';
import { putFolder } from '../../../src/store/objects/stored-folder.ts';
import { KEYS, startS3Server, type S3Server } from './s3-server.ts';

let server: S3Server;
let folder: string;
const before = { ...process.env };

beforeAll(async () => {
  server = await startS3Server();
  Object.assign(process.env, KEYS);
});
afterAll(async () => {
  process.env = before;
  await server.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-s3-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  Object.assign(process.env, KEYS);
  server.objects.clear();
  server.requests.length = 0;
  server.fault = () => undefined;
});

const open = (machine = 'a', url = server.url) => new S3Store(parseS3Url(url, 'ATTUNE_OBJECTS'), join(folder, machine));

function written(store: S3Store, bytes: Buffer, key = 'files/file-a.jsonl'): StoredObject {
  const path = store.pathOf(key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return { key, bytes: bytes.length, sha256: sha256(bytes) };
}

const ROWS = Buffer.from('{"prompt": "Wo ist das Päckchen?"}\n'.repeat(2000));

describe('objects in a bucket', () => {
  it('are got by another machine, once, and are gone for all when they are removed', async () => {
    const object = written(open(), ROWS);
    await open().put(object);
    expect([...server.objects.keys()]).toEqual(['attune/files/file-a.jsonl']);
    const other = open('b');
    const [path, again] = await Promise.all([other.get(object), other.get(object)]);
    expect(readFileSync(path).equals(ROWS)).toBe(true);
    expect(again).toBe(await other.get(object));
    expect(server.requests.filter(({ method }) => method === 'GET')).toHaveLength(1);
    await other.remove(object.key);
    expect(server.objects.size).toBe(0);
    await expect(open('c').get(object)).rejects.toMatchObject({ code: 'E_OBJECT_MISSING' });
  });

  it('are sent in parts where they are large', async () => {
    const bytes = Buffer.alloc(17 * 2 ** 20, 'a part ');
    const object = written(open(), bytes);
    await open().put(object);
    expect(server.requests.map(({ method }) => method).toSorted()).toEqual(['POST', 'POST', 'PUT', 'PUT', 'PUT']);
    expect(server.objects.get('attune/files/file-a.jsonl')!.equals(bytes)).toBe(true);
    server.fault = ({ query }) => (query.get('partNumber') === '2' ? { status: 403, code: 'AccessDenied' } : undefined);
    await expect(open().put(object)).rejects.toMatchObject({ code: 'E_OBJECTS_DENIED' });
    expect(server.uploads.size).toBe(0);
  });

  it('whose parts fail while the next one is read are refused once', async () => {
    const object = written(open(), Buffer.alloc(17 * 2 ** 20, 'a part '));
    server.fault = ({ query }) => (query.has('partNumber') ? { status: 403, code: 'AccessDenied' } : undefined);
    const file = await openFile(open().pathOf(object.key));
    const prototype = Object.getPrototypeOf(file) as typeof file;
    await file.close();
    const { read } = prototype;
    const slow = vi.spyOn(prototype, 'read').mockImplementation(async function (
      this: typeof file,
      ...words: unknown[]
    ) {
      await sleep(150);
      return read.apply(this, words as never) as never;
    });
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      await expect(open().put(object)).rejects.toMatchObject({ code: 'E_OBJECTS_DENIED' });
    } finally {
      slow.mockRestore();
      process.off('unhandledRejection', note);
    }
    expect([unhandled, server.uploads.size]).toEqual([[], 0]);
  });

  it('are listed over pages', async () => {
    for (let i = 0; i < 2500; i++) server.objects.set(`attune/files/${String(i).padStart(4, '0')}`, Buffer.from('a'));
    server.objects.set('attune/models/a', Buffer.from('a'));
    const keys: string[] = [];
    for await (const key of open().list('files/')) keys.push(key);
    expect([keys.length, keys[0], keys[2499]]).toEqual([2500, 'files/0000', 'files/2499']);
  });

  it('arrive although servers fail and transfers break off', async () => {
    const object = written(open(), ROWS);
    let left = 2;
    server.fault = () => (left-- > 0 ? { status: 500, code: 'InternalError' } : undefined);
    await open().put(object);
    left = 3;
    server.fault = () => (left-- > 0 ? 'torn' : undefined);
    const path = await open('b').get(object);
    expect(readFileSync(path).equals(ROWS)).toBe(true);
    expect(server.requests.at(-1)!.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('are refused where they are not what was put', async () => {
    const object = written(open(), ROWS);
    const other = Buffer.from(ROWS).fill('x', 0, 1);
    for (const bytes of [other, ROWS.subarray(1), Buffer.concat([ROWS, other])]) {
      server.objects.set('attune/files/file-a.jsonl', bytes);
      await expect(open('b').get(object)).rejects.toMatchObject({ code: 'E_OBJECT_CHANGED' });
    }
    writeFileSync(open().pathOf(object.key), other);
    server.objects.clear();
    await expect(open().put(object)).rejects.toMatchObject({ code: 'E_OBJECT_CHANGED' });
    expect(server.objects.size).toBe(0);
  });
});

it('nothing is left of a folder of which one file cannot be kept', async () => {
  const kept = new Set<string>();
  class Slow extends FolderStore {
    override async put({ key }: StoredObject): Promise<void> {
      if (key.endsWith('/a')) throw new Error('no');
      await sleep(20);
      kept.add(key);
    }
    override async remove(key: string): Promise<void> {
      kept.delete(key);
      await super.remove(key);
    }
  }
  const from = join(folder, 'model');
  mkdirSync(from);
  for (const name of 'abcdef') writeFileSync(join(from, name), name);
  await expect(putFolder(new Slow(join(folder, 'store')), from, 'models/m')).rejects.toThrow('no');
  await sleep(80);
  expect([...kept]).toEqual([]);
});

it.each(['nowhere', '..'])('a folder with a link to %s is refused', async (target) => {
  const from = join(folder, 'model');
  mkdirSync(from);
  symlinkSync(target, join(from, 'link'));
  const put = putFolder(new FolderStore(join(folder, 'store')), from, 'models/m');
  await expect(put).rejects.toMatchObject({ code: 'E_MODEL_LINK' });
});

describe('a bucket that cannot be used', () => {
  const failure = async (store: S3Store) => {
    const error = (await store.check().catch((one: unknown) => one)) as Error & { code: string };
    expect(JSON.stringify(error)).not.toContain(process.env.AWS_SECRET_ACCESS_KEY);
    return error.code;
  };

  it('says what is wrong', async () => {
    expect(await open().check()).toBeUndefined();
    expect(await failure(open('a', server.url.replace('shared', 'other')))).toBe('E_OBJECTS_BUCKET');
    server.fault = () => ({ status: 403, code: 'AccessDenied' });
    expect(await failure(open())).toBe('E_OBJECTS_DENIED');
    process.env.AWS_SECRET_ACCESS_KEY = 'another secret';
    expect(await failure(open())).toBe('E_OBJECTS_CREDENTIALS');
    process.env.AWS_ACCESS_KEY_ID = 'AKIDOTHER';
    expect(await failure(open())).toBe('E_OBJECTS_CREDENTIALS');
    Object.assign(process.env, KEYS);
    expect(await failure(open('a', `${server.url}&region=eu-west-9`))).toBe('E_OBJECTS_REGION');
    expect(await failure(open('a', 's3://shared?endpoint=http://127.0.0.1:1'))).toBe('E_OBJECTS_UNREACHABLE');
  });

  it.each([
    ['postgres://db/attune', 'not a bucket address'],
    ['s3://ann:secret@shared/attune', 'a user or password'],
    ['s3://Sh/attune', 'an invalid bucket name'],
    ['s3://shared?endpoint=ftp://host', 'endpoint'],
    ['s3://shared:9000/attune', 'a port'],
    ['s3://shared/attune#now', 'a #'],
    ['s3://shared/%zz', 'characters other than'],
    ['s3://shared?acl=public', 'an unknown setting: acl'],
  ])('is refused by its address: %s', (url, what) => {
    const parse = () => parseS3Url(url, 'ATTUNE_OBJECTS', {});
    expect(parse).toThrow(new RegExp(what));
    expect(parse).not.toThrow(/secret/);
  });
});
