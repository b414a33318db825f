// Versions whose files another machine has stored in a bucket.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openRegistry, storeVersion, type ModelVersion } from '../../../src/store/registry/index.ts';
import { VersionFiles } from '../../../src/serving/routes/fetched-versions.ts';
import { KEYS, startS3Server, type S3Server } from '../store/s3-server.ts';

const before = { ...process.env };
const shared = { model: 'tickets', hashes: { weights: 'a', data: {} }, createdBy: 'ann' };
let bucket: S3Server;
let home: string;
let version: ModelVersion;

beforeAll(async () => {
  bucket = await startS3Server();
  home = mkdtempSync(join(tmpdir(), 'attune-versions-'));
  Object.assign(process.env, KEYS, { ATTUNE_OBJECTS: bucket.url, ATTUNE_HOME: join(home, 'one') });
  const folder = join(home, 'adapter');
  mkdirSync(join(folder, 'tokenizer'), { recursive: true });
  writeFileSync(join(folder, 'adapter_model.safetensors'), 'weights');
  writeFileSync(join(folder, 'tokenizer', 'tokenizer.json'), '{}');
  const registry = await openRegistry();
  version = await storeVersion(registry, { ...shared, folder });
  await registry.destroy();
  // Later files are not part of the version.
  writeFileSync(join(folder, 'adapter_model.safetensors'), 'weights of another training');
});
afterAll(async () => {
  process.env = before;
  await bucket.close();
  rmSync(home, { recursive: true, force: true });
});

/** Opens a version as another machine would, after the first one has ended. */
async function foundAt(machine: string): Promise<string> {
  process.env.ATTUNE_HOME = join(home, machine);
  const { promise, resolve } = Promise.withResolvers<void>();
  const files = new VersionFiles(pino({ level: 'silent' }), resolve);
  expect(files.folderOf(version)).toBeUndefined();
  await promise;
  return files.folderOf(version)!;
}

it('are fetched as they were when they were registered', async () => {
  const folder = await foundAt('two');
  expect(folder.startsWith(join(home, 'two'))).toBe(true);
  expect(readFileSync(join(folder, 'adapter_model.safetensors'), 'utf8')).toBe('weights');
  expect(readFileSync(join(folder, 'tokenizer', 'tokenizer.json'), 'utf8')).toBe('{}');
});

it('are refused where a file is gone or not what it was', async () => {
  const key = [...bucket.objects.keys()].find((one) => one.endsWith('tokenizer.json'))!;
  bucket.objects.set(key, Buffer.from('[]'));
  await expect(foundAt('three')).rejects.toMatchObject({ code: 'E_OBJECT_CHANGED' });
  bucket.objects.delete(key);
  await expect(foundAt('four')).rejects.toMatchObject({ code: 'E_OBJECT_MISSING' });
});

it('are had again, without a restart, once somebody has brought them back', async () => {
  const weights = [...bucket.objects].find(([one]) => one.endsWith('.safetensors'))!;
  const tokenizer = weights[0].replace('adapter_model.safetensors', 'tokenizer/tokenizer.json');
  bucket.objects.set(tokenizer, Buffer.from('{}'));
  bucket.objects.delete(weights[0]);
  process.env.ATTUNE_HOME = join(home, 'five');
  const timer = vi.spyOn(globalThis, 'setTimeout');
  let told = Promise.withResolvers<void>();
  const files = new VersionFiles(pino({ level: 'silent' }), () => told.resolve());
  expect(files.folderOf(version)).toBeUndefined();
  await told.promise;
  expect(() => files.folderOf(version)).toThrow(/E_OBJECT_MISSING|not in/);
  bucket.objects.set(...weights);
  told = Promise.withResolvers();
  const [again] = timer.mock.calls.find(([, milliseconds]) => milliseconds === 60_000)!;
  timer.mockRestore();
  (again as () => void)();
  expect(files.folderOf(version)).toBeUndefined();
  await expect.poll(() => files.folderOf(version)).toContain('five');
});
