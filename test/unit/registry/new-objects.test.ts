// What is left of a process that died between an object's bytes and its row.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../../src/files/hash.ts';
import {
  addFile,
  filePath,
  findFile,
  openRegistry,
  removeUnfinished,
  storeVersion,
  type Registry,
} from '../../../src/registry/index.ts';
import { KEYS, startS3Server, type S3Server } from '../store/s3-server.ts';

const ROWS = '{"prompt": "a"}\n';
const DAY = 86_400_000;
const before = { ...process.env };
let bucket: S3Server;
let home: string;
let registry: Registry;

beforeAll(async () => {
  bucket = await startS3Server();
});
afterAll(() => bucket.close());
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'attune-unfinished-'));
  Object.assign(process.env, KEYS, { ATTUNE_OBJECTS: bucket.url, ATTUNE_HOME: home });
  registry = await openRegistry();
});
afterEach(async () => {
  await registry.destroy();
  process.env = before;
  bucket.objects.clear();
  bucket.fault = () => undefined;
  rmSync(home, { recursive: true, force: true });
});

const keys = () => [...bucket.objects.keys()].map((key) => key.replace('attune/', ''));

function added(id: string): ReturnType<typeof addFile> {
  return addFile(registry, id, (path) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, ROWS);
    const size = { bytes: ROWS.length, sha256: sha256(ROWS), created_at: 1, expires_at: null };
    return { owner: 'shop', purpose: 'fine-tune', filename: 'rows.jsonl', ...size };
  });
}

/** As a process that is killed once its bytes are in the bucket: nothing after that is done. */
async function diesBeforeItsRow(work: () => Promise<unknown>): Promise<void> {
  const { promise: killed, resolve: kill } = Promise.withResolvers<void>();
  const execute = (): Promise<never> => {
    kill();
    return new Promise(() => undefined);
  };
  const whole = registry.transaction.bind(registry);
  // The first one notes what is begun.
  const transaction = vi.spyOn(registry, 'transaction').mockImplementationOnce(whole);
  transaction.mockReturnValue({ execute } as never);
  void work();
  await killed;
  transaction.mockRestore();
}

const model = () => {
  const folder = join(home, 'adapter');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'adapter_model.safetensors'), 'weights');
  return { model: 'tickets', folder, hashes: { weights: 'a', data: {} }, createdBy: 'ann' };
};

describe('objects without a row', () => {
  it('are removed a day later, and nothing else', async () => {
    await added('file-kept');
    await storeVersion(registry, model());
    const kept = keys();
    await diesBeforeItsRow(() => added('file-left'));
    await diesBeforeItsRow(() => storeVersion(registry, model()));
    bucket.objects.set('attune/files/file-of-another-registry.jsonl', Buffer.from(ROWS));
    expect(keys()).toHaveLength(kept.length + 3);
    await removeUnfinished(registry, Date.now() + DAY - 60_000);
    expect(keys()).toHaveLength(kept.length + 3);
    await removeUnfinished(registry, Date.now() + DAY);
    expect(keys()).toEqual([...kept, 'files/file-of-another-registry.jsonl']);
    expect([existsSync(filePath('file-left')), existsSync(filePath('file-kept'))]).toEqual([false, true]);
    expect(await registry.selectFrom('unfinished_objects').selectAll().execute()).toEqual([]);
  });

  it('that are in a folder alone, too', async () => {
    process.env.ATTUNE_OBJECTS = '';
    await diesBeforeItsRow(() => added('file-left'));
    expect(existsSync(filePath('file-left'))).toBe(true);
    await removeUnfinished(registry, Date.now() + DAY);
    expect(existsSync(filePath('file-left'))).toBe(false);
  });

  it('stay where the row was written after all, or was there before', async () => {
    await added('file-a');
    await diesBeforeItsRow(() => added('file-a'));
    await removeUnfinished(registry, Date.now() + DAY);
    expect(keys()).toEqual(['files/file-a.jsonl']);
    expect(await registry.selectFrom('unfinished_objects').selectAll().execute()).toEqual([]);
  });

  it('are of the registry that wrote them: a copy of it removes none', async () => {
    await diesBeforeItsRow(() => added('file-left'));
    await registry.updateTable('unfinished_objects').set({ place: 'db.example.org/attune' }).execute();
    await removeUnfinished(registry, Date.now() + DAY);
    expect(keys()).toEqual(['files/file-left.jsonl']);
  });

  it.each([true, false])('get none once they were given up, whether their removal failed: %s', async (fails) => {
    if (fails) bucket.fault = ({ method }) => (method === 'PUT' ? undefined : { status: 403, code: 'AccessDenied' });
    const late = addFile(registry, 'file-late', async (path) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, ROWS);
      await removeUnfinished(registry, Date.now() + DAY).catch(() => undefined);
      writeFileSync(path, ROWS);
      const size = { bytes: ROWS.length, sha256: sha256(ROWS), created_at: 1, expires_at: null };
      return { owner: 'shop', purpose: 'fine-tune', filename: 'rows.jsonl', ...size };
    });
    await expect(late).rejects.toMatchObject({ code: 'E_OBJECTS_GIVEN_UP' });
    expect(await findFile(registry, 'file-late', 'shop')).toBeUndefined();
    bucket.fault = () => undefined;
    await removeUnfinished(registry);
    expect(keys()).toEqual([]);
  });

  it('are not written again while they are removed', async () => {
    await diesBeforeItsRow(() => added('file-left'));
    bucket.fault = ({ method }) => (method === 'DELETE' ? { status: 403, code: 'AccessDenied' } : undefined);
    await expect(removeUnfinished(registry, Date.now() + DAY)).rejects.toMatchObject({ code: 'E_OBJECTS_DENIED' });
    await expect(added('file-left')).rejects.toMatchObject({ code: 'E_OBJECTS_GIVEN_UP' });
    bucket.fault = () => undefined;
    await removeUnfinished(registry);
    expect(keys()).toEqual([]);
    await added('file-left');
    expect(keys()).toEqual(['files/file-left.jsonl']);
  });
});
