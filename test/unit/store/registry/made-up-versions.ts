// A registry in its own folder, with fake versions.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeOfPart, storeUrl, type DatabasePlace } from '../../../../src/store/store-place.ts';
import { addVersion, moveAlias, openRegistry, CHAMPION, type Registry } from '../../../../src/store/registry/index.ts';

export interface OwnRegistry {
  /** A file, or the database in ATTUNE_STORE. */
  place: DatabasePlace;
  registry: Registry;
  /** Adds a version of a model and returns its number. */
  add(model: string, folder?: string, owner?: string): Promise<number>;
  promote(model: string, version: number): Promise<void>;
  close(): Promise<void>;
}

export async function ownRegistry(): Promise<OwnRegistry> {
  const home = mkdtempSync(join(tmpdir(), 'attune-registry-'));
  const place = storeUrl() === undefined ? join(home, 'registry.sqlite') : placeOfPart('registry');
  const registry = await openRegistry(place);
  return {
    place,
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
