/** Shared storage for the parts of a sharded pipeline: a folder that all machines can access, or a bucket. */
import { constants, copyFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../../base/errors.ts';
import { FileDraft } from '../../../files/file-draft.ts';
import { sha256File } from '../../../files/hash.ts';
import { readJson, writeJson } from '../../../files/json.ts';
import { PRIVATE_FILE } from '../../../files/private.ts';
import { tidyFoldersIn, writeWholeFolder } from '../../../files/whole-folder.ts';
import { Bucket } from '../../../store/objects/bucket.ts';
import { S3Store } from '../../../store/objects/s3-store.ts';
import { isBucketUrl, parseS3Url, shownS3, type S3Place } from '../../../store/objects/s3-url.ts';
import type { Shard } from '../parts.ts';
import { checkManifest, isPartName, type ShardManifest } from './shard-manifest.ts';

export interface PartPlace {
  /** Location as shown in messages. */
  shown: string;
  /** Names of finished parts, sorted. */
  names(): Promise<string[]>;
  /** Undefined if the part is not there. @throws AttuneError E_BAD_PART, E_OBJECTS… */
  manifest(name: string): Promise<ShardManifest | undefined>;
  /** Writes a part atomically, replacing any earlier one. @param files path of each shard by its name */
  write(name: string, manifest: ShardManifest, files: ReadonlyMap<string, string>): Promise<void>;
  /**
   * Local path of a part's shard, whose hash has been verified. @throws AttuneError E_BAD_PART, E_OBJECTS…,
   * E_OBJECT_CHANGED
   */
  path(name: string, shard: Shard): Promise<string>;
}

const MANIFEST = 'manifest.json';

/** @param scratch temporary folder of the run, for downloads */
export function openPartPlace(to: string, scratch: string): PartPlace {
  return isBucketUrl(to) ? new PartsInBucket(parseS3Url(to, 'the place of the parts'), scratch) : new PartsInFolder(to);
}

class PartsInFolder implements PartPlace {
  readonly shown: string;

  constructor(folder: string) {
    this.shown = folder;
  }

  names(): Promise<string[]> {
    // Restores parts whose replacement was interrupted by a kill.
    tidyFoldersIn(this.shown);
    const names = existsSync(this.shown) ? readdirSync(this.shown) : [];
    return Promise.resolve(names.filter((name) => isPartName(name)).toSorted());
  }

  async manifest(name: string): Promise<ShardManifest | undefined> {
    const path = join(this.shown, name, MANIFEST);
    return existsSync(path) ? checkManifest(readJson(path), path) : undefined;
  }

  async write(name: string, manifest: ShardManifest, files: ReadonlyMap<string, string>): Promise<void> {
    await writeWholeFolder(join(this.shown, name), (draft) => {
      for (const [own, path] of files) copyFileSync(path, join(draft, own), constants.COPYFILE_FICLONE);
      writeJson(join(draft, MANIFEST), manifest);
    });
  }

  async path(name: string, { name: own, sha256 }: Shard): Promise<string> {
    const path = join(this.shown, name, own);
    const found = existsSync(path) ? await sha256File(path) : 'nothing';
    if (found === sha256) return path;
    throw new AttuneError('E_BAD_PART', {
      what: `${path} differs from what its shard wrote`,
      got: found,
      expected: sha256,
      fix: `delete ${join(this.shown, name)}, and run its shard again`,
    });
  }
}

class PartsInBucket implements PartPlace {
  readonly shown: string;
  readonly #bucket: Bucket;
  readonly #store: S3Store;
  readonly #scratch: string;

  constructor(place: S3Place, scratch: string) {
    this.shown = shownS3(place);
    this.#bucket = new Bucket(place);
    this.#scratch = join(scratch, 'parts');
    this.#store = new S3Store(place, this.#scratch);
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    for await (const { key } of this.#bucket.list('part-')) {
      const [name, file] = key.split('/');
      if (file === MANIFEST && isPartName(name)) names.push(name);
    }
    return names.toSorted();
  }

  async manifest(name: string): Promise<ShardManifest | undefined> {
    for await (const { key, bytes } of this.#bucket.list(`${name}/${MANIFEST}`)) {
      const path = join(this.#scratch, name, MANIFEST);
      using draft = new FileDraft(path, PRIVATE_FILE);
      await this.#bucket.fetch(key, bytes, draft);
      draft.commit();
      return checkManifest(readJson(path), `${this.shown}${key}`);
    }
    return undefined;
  }

  /**
   * Objects are named by their content, and the manifest is written last: until then the earlier part remains valid.
   */
  async write(name: string, manifest: ShardManifest, files: ReadonlyMap<string, string>): Promise<void> {
    const put = async (own: string, path: string): Promise<void> => {
      const [bytes, sha256] = [statSync(path).size, await sha256File(path)];
      await this.#bucket.put({ key: `${name}/${own}`, bytes, sha256 }, path);
    };
    for (const [own, path] of files) await put(own, path);
    const path = join(this.#scratch, `${name}.json`);
    writeJson(path, manifest);
    await put(MANIFEST, path);
    const isOld = (key: string): boolean => !files.has(key.slice(name.length + 1)) && !key.endsWith(`/${MANIFEST}`);
    for await (const { key } of this.#bucket.list(`${name}/`)) if (isOld(key)) await this.#bucket.remove(key);
  }

  path(name: string, { name: own, bytes, sha256 }: Shard): Promise<string> {
    return this.#store.get({ key: `${name}/${own}`, bytes, sha256 });
  }
}
