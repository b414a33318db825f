/** Files of versions that another machine has made: they are fetched beside whatever goes on. */
import { fetchVersion, versionName, type ModelVersion } from '../../registry/index.ts';
import type { StoredFolder } from '../../store/objects/stored-folder.ts';
import { isStoreFailure } from '../../store/objects/s3-failure.ts';
import type { ServeLog } from '../watch/log.ts';

/** Until a store that could not be used is asked again. */
const RETRY_MS = 5000;
/** Until files that were not there, or were damaged, are looked for again: somebody may have brought them back. */
const LOST_RETRY_MS = 60_000;

export class VersionFiles {
  readonly #log: ServeLog;
  readonly #onFetched: () => void;
  /** By the key of what is stored: its folder here, or what is wrong with it. */
  readonly #fetched = new Map<string, { folder: string } | { error: unknown }>();
  readonly #fetching = new Map<string, Promise<void>>();

  constructor(log: ServeLog, onFetched: () => void) {
    this.#log = log;
    this.#onFetched = onFetched;
  }

  /** A version's folder; undefined where its files are on their way. @throws AttuneError E_OBJECT_MISSING, E_OBJECT_CHANGED */
  folderOf(version: ModelVersion): string | undefined {
    const { folder, stored } = version;
    if (stored === undefined) return folder;
    const known = this.#fetched.get(stored.key);
    if (known === undefined) void this.#begin(version, stored, true);
    else if ('error' in known) throw known.error;
    else return known.folder;
    return undefined;
  }

  /**
   * Forgets what is not wanted any more: it may be removed from this machine, and is looked for when it is wanted again.
   * @param isStart whether the files of all versions are waited for, until they are here or cannot be
   */
  async follow(models: readonly { versions: ReadonlyMap<number, ModelVersion> }[], isStart: boolean): Promise<void> {
    const versions = models.flatMap((model) => [...model.versions.values()]);
    const wanted = new Set(versions.map(({ stored }) => stored?.key));
    for (const key of this.#fetched.keys()) if (!wanted.has(key)) this.#fetched.delete(key);
    if (!isStart) return;
    await Promise.all(versions.map((version) => version.stored && this.#begin(version, version.stored, false)));
  }

  #begin(version: ModelVersion, stored: StoredFolder, isTold: boolean): Promise<void> {
    const fetching = this.#fetching.get(stored.key) ?? this.#fetch(version, stored, isTold);
    this.#fetching.set(stored.key, fetching);
    return fetching;
  }

  async #fetch(version: ModelVersion, { key, files }: StoredFolder, isTold: boolean): Promise<void> {
    const model = versionName(version);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    try {
      const began = Date.now();
      this.#fetched.set(key, { folder: await fetchVersion(version) });
      this.#log.info({ model, bytes, milliseconds: Date.now() - began }, 'files of a version are here');
    } catch (error) {
      this.#log.error({ model, err: error }, 'files of a version cannot be fetched');
      if (isStoreFailure(error)) return this.#tryAgain(key, RETRY_MS);
      this.#fetched.set(key, { error });
      this.#tryAgain(key, LOST_RETRY_MS);
    }
    this.#fetching.delete(key);
    if (isTold) this.#onFetched();
  }

  #tryAgain(key: string, milliseconds: number): void {
    const again = (): void => {
      this.#fetching.delete(key);
      this.#fetched.delete(key);
      this.#onFetched();
    };
    setTimeout(again, milliseconds).unref();
  }
}
