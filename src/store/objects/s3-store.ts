/** Objects in an S3 bucket, with local copies of those in use. */
import { rmSync } from 'node:fs';
import { FileDraft } from '../../files/file-draft.ts';
import { PRIVATE_FILE } from '../../files/private.ts';
import { safeJoin } from '../../files/safe-join.ts';
import { Bucket } from './bucket.ts';
import { markUsed } from './object-copies.ts';
import { hasSize, type ObjectStore, type StoredObject } from './folder-store.ts';
import { shownS3, type S3Place } from './s3-url.ts';

export class S3Store implements ObjectStore {
  readonly place: string;
  readonly isFolder = false;
  readonly #folder: string;
  readonly #bucket: Bucket;
  /** One transfer per key at a time; others await it. */
  readonly #fetching = new Map<string, Promise<string>>();

  constructor(place: S3Place, folder: string) {
    this.place = shownS3(place);
    this.#folder = folder;
    this.#bucket = new Bucket(place);
  }

  pathOf(key: string): string {
    return safeJoin(this.#folder, key);
  }

  put(object: StoredObject): Promise<void> {
    return this.#bucket.put(object, this.pathOf(object.key));
  }

  async get(object: StoredObject): Promise<string> {
    const { key, bytes } = object;
    const path = this.pathOf(key);
    if (hasSize(path, bytes)) {
      markUsed(path);
      return path;
    }
    const known = this.#fetching.get(key);
    if (known !== undefined) return known;
    const fetched = this.#fetch(object, path).finally(() => this.#fetching.delete(key));
    this.#fetching.set(key, fetched);
    return fetched;
  }

  /** The file appears once all bytes have arrived and match the hash. */
  async #fetch({ key, bytes, sha256 }: StoredObject, path: string): Promise<string> {
    using draft = new FileDraft(path, PRIVATE_FILE);
    await this.#bucket.fetch(key, bytes, draft);
    if (draft.sha256 !== sha256) throw this.#bucket.changed(key, `SHA-256 ${draft.sha256}`, sha256);
    draft.commit();
    return path;
  }

  async remove(key: string): Promise<void> {
    rmSync(this.pathOf(key), { force: true });
    await this.#bucket.remove(key);
  }

  async *list(prefix: string): AsyncGenerator<string> {
    for await (const { key } of this.#bucket.list(prefix)) yield key;
  }

  async check(): Promise<void> {
    // A list request returns more detailed errors than a HEAD.
    for await (const _ of this.#bucket.list('', 1)) break;
  }
}
