// A registry whose objects are in a bucket of this process, and objects to store there.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { sha256 } from '../../../../src/files/hash.ts';
import { openRegistry, type addFile, type Registry, type storeVersion } from '../../../../src/store/registry/index.ts';
import { KEYS, startS3Server, type S3Server } from '../s3-server.ts';

export interface RegistryInBucket {
  bucket: S3Server;
  home: string;
  registry: Registry;
}

/** Both are empty before each test. */
export function registryInBucket(): RegistryInBucket {
  const before = { ...process.env };
  const at = {} as RegistryInBucket;
  beforeAll(async () => {
    at.bucket = await startS3Server();
  });
  afterAll(() => at.bucket.close());
  beforeEach(async () => {
    at.home = mkdtempSync(join(tmpdir(), 'attune-bucket-'));
    Object.assign(process.env, KEYS, { ATTUNE_OBJECTS: at.bucket.url, ATTUNE_HOME: at.home });
    at.registry = await openRegistry();
  });
  afterEach(async () => {
    await at.registry.destroy();
    process.env = before;
    at.bucket.objects.clear();
    at.bucket.fault = () => undefined;
    rmSync(at.home, { recursive: true, force: true });
  });
  return at;
}

/** Writes a shop's rows to a path, as an upload does. */
export function writeRows(path: string, text: string): Awaited<ReturnType<Parameters<typeof addFile>[2]>> {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  const size = { bytes: text.length, sha256: sha256(text), created_at: 1, expires_at: null };
  return { owner: 'shop', purpose: 'fine-tune', filename: 'rows.jsonl', ...size };
}

/** The next version of tickets, in its own folder. */
export function newTickets(home: string, weights: string): Parameters<typeof storeVersion>[1] {
  const folder = join(home, 'adapter');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'adapter_model.safetensors'), weights);
  return { model: 'tickets', folder, hashes: { weights: 'a', data: {} }, createdBy: 'ann' };
}
