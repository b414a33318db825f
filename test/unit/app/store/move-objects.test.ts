import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { weightsHash } from '../../../../src/app/registry/describe-result.ts';
import { moveStore } from '../../../../src/app/store/move-store.ts';
import { sha256 } from '../../../../src/files/hash.ts';
import {
  addFile,
  addPart,
  addVersion,
  deleteModel,
  fetchFile,
  fetchVersion,
  filePath,
  findVersion,
  openRegistry,
  removeDeletedVersions,
  removeFile,
  removeStrayCopies,
  type Registry,
} from '../../../../src/store/registry/index.ts';
import { KEYS, startS3Server, type S3Server } from '../../store/s3-server.ts';

const ROWS = '{"prompt": "a", "completion": "b"}\n';
let server: S3Server;
let registry: Registry;
let home: string;
const before = { ...process.env };

async function registered(model: string): Promise<string> {
  const folder = join(home, model);
  mkdirSync(folder);
  writeFileSync(join(folder, 'adapter_config.json'), '{}');
  writeFileSync(join(folder, 'adapter_model.safetensors'), `weights of ${model}`);
  const hashes = { weights: await weightsHash(folder), data: {} };
  await addVersion(registry, { model, folder, hashes, createdBy: 'ann' });
  return folder;
}

beforeAll(async () => {
  server = await startS3Server();
  home = mkdtempSync(join(tmpdir(), 'attune-move-'));
  Object.assign(process.env, KEYS, { ATTUNE_HOME: home, ATTUNE_STORE: '', ATTUNE_OBJECTS: '' });
  registry = await openRegistry();
  for (const kind of ['files', 'parts']) mkdirSync(join(home, 'training', kind), { recursive: true });
  const known = { owner: '', purpose: 'fine-tune', filename: 'rows.jsonl' };
  const size = { bytes: ROWS.length, sha256: sha256(ROWS), created_at: 1, expires_at: null };
  await addFile(registry, 'file-a', (path) => {
    writeFileSync(path, ROWS);
    return { ...known, ...size };
  });
  await addPart(registry, 'part_a', (path) => {
    writeFileSync(path, ROWS);
    // An upload from before hashes of parts were stored.
    return { upload: 'upload_a', bytes: ROWS.length, sha256: '', created_at: 1 };
  });
  await registered('tickets');
  writeFileSync(join(await registered('mails'), 'adapter_model.safetensors'), 'other weights');
});
afterAll(async () => {
  process.env = before;
  await registry.destroy();
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

const tickets = () => findVersion(registry, 'tickets', 1);

describe('files and versions of one machine', () => {
  it('arrive in a bucket, each read back; what has changed since it was registered stays', async () => {
    const { objects } = await moveStore({ to: server.url });
    expect(objects).toMatchObject({ files: 4, left: [expect.stringMatching(/^mails@1: .* has changed since/)] });
    expect(server.objects.size).toBe(4);
    expect((await tickets()).stored!.files.map(({ name }) => name)).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
    ]);
  });

  it('are on any other machine that names the bucket', async () => {
    Object.assign(process.env, { ATTUNE_OBJECTS: server.url, ATTUNE_HOME: join(home, 'other') });
    expect(readFileSync(await fetchFile({ id: 'file-a', bytes: ROWS.length, sha256: sha256(ROWS) }), 'utf8')).toBe(
      ROWS,
    );
    const folder = await fetchVersion(await tickets());
    expect(folder.startsWith(join(home, 'other'))).toBe(true);
    expect(await weightsHash(folder)).toBe((await tickets()).hashes.weights);
  });

  it('come back into the folder of a machine', async () => {
    process.env.ATTUNE_OBJECTS = '';
    process.env.ATTUNE_HOME = home;
    rmSync(join(home, 'training'), { recursive: true });
    const address = `${server.url}&region=us-east-1`;
    process.env.ATTUNE_HOME = home;
    const { objects } = await moveStore({ from: address });
    expect(objects!.files).toBe(4);
    const version = await tickets();
    expect(version.stored).toBeUndefined();
    expect(await weightsHash(version.folder)).toBe(version.hashes.weights);
  });

  it('are gone everywhere when they are deleted', async () => {
    await moveStore({ to: server.url });
    Object.assign(process.env, { ATTUNE_OBJECTS: server.url, ATTUNE_HOME: join(home, 'other') });
    await moveStore({ to: server.url }).catch(() => undefined);
    const copy = filePath('file-a');
    expect(existsSync(copy)).toBe(true);
    process.env.ATTUNE_HOME = home;
    await removeFile(registry, 'file-a');
    expect([...server.objects.keys()].filter((key) => key.includes('files/'))).toEqual([]);
    process.env.ATTUNE_HOME = join(home, 'other');
    const version = await tickets();
    const folder = await fetchVersion(version);
    const isInBucket = () => [...server.objects.keys()].some((key) => key.includes(version.stored!.key));
    await removeStrayCopies(registry);
    expect(existsSync(copy) && existsSync(folder)).toBe(true);
    await deleteModel(registry, 'tickets', 'ann');
    await removeStrayCopies(registry);
    expect(existsSync(folder)).toBe(false);
    // State if the bucket was unavailable when the model was deleted.
    expect(isInBucket()).toBe(true);
    await removeDeletedVersions(registry);
    await removeDeletedVersions(registry);
    expect(isInBucket()).toBe(false);
    await removeStrayCopies(registry, Date.now() + 3_600_000);
    expect(existsSync(copy)).toBe(false);
  });

  it('stay where they were kept before there was a bucket: another registry may know them', async () => {
    process.env.ATTUNE_HOME = join(home, 'third');
    const path = join(home, 'third', 'training', 'files', 'file-old.jsonl');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, ROWS);
    const old = new Date(Date.now() - 3_600_000);
    utimesSync(path, old, old);
    await removeStrayCopies(registry, Date.now() + 86_400_000);
    expect(existsSync(path)).toBe(true);
  });
});
