// A registry in a folder of its own, with versions that are made up.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addVersion, moveAlias, openRegistry, CHAMPION, type Registry } from '../../../src/registry/index.ts';

export interface OwnRegistry {
  path: string;
  registry: Registry;
  /** A further version of a model, and its number. */
  add(model: string, folder?: string, owner?: string): Promise<number>;
  promote(model: string, version: number): Promise<void>;
  close(): Promise<void>;
}

export async function ownRegistry(): Promise<OwnRegistry> {
  const home = mkdtempSync(join(tmpdir(), 'attune-registry-'));
  const path = join(home, 'registry.sqlite');
  const registry = await openRegistry(path);
  return {
    path,
    registry,
    async add(model, folder = `${model}-text`, owner = undefined) {
      const hashes = { weights: 'a'.repeat(64), data: { train: 'b'.repeat(64) } };
      return (await addVersion(registry, { model, folder, hashes, createdBy: 'ann', owner })).version;
    },
    async promote(model, version) {
      await moveAlias(registry, { model, alias: CHAMPION, version, action: 'promoted', by: 'ann' });
    },
    async close() {
      await registry.destroy();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
