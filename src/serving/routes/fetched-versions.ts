/** Files of versions: downloaded if another machine created them, and verified against the registry. */
import { fetchVersion, requireUnchanged, versionName, type ModelVersion } from '../../store/registry/index.ts';
import { isStoreFailure } from '../../store/objects/s3-failure.ts';
import type { ServeLog } from '../watch/log.ts';

/** Delay before an unavailable store is tried again. */
const RETRY_MS = 5000;
/** Interval between checks for missing or corrupt files. */
const LOST_RETRY_MS = 60_000;

export class VersionFiles {
  readonly #log: ServeLog;
  readonly #onFetched: () => void;
  /** The local folder or the error, by `keyOf`. */
  readonly #fetched = new Map<string, { folder: string } | { error: unknown }>();
  readonly #fetching = new Map<string, Promise<void>>();

  constructor(log: ServeLog, onFetched: () => void) {
    this.#log = log;
    this.#onFetched = onFetched;
  }

  /**
   * A version's folder; undefined while its files are being fetched. Local files are used immediately and verified in
   * the background, except at startup, so a freshly trained model is served without waiting for its hash.
   * @throws AttuneError E_OBJECT_MISSING, E_OBJECT_CHANGED, E_VERSION_CHANGED
   */
  folderOf(version: ModelVersion): string | undefined {
    const known = this.#fetched.get(keyOf(version));
    if (known !== undefined && 'error' in known) throw known.error;
    if (known === undefined) void this.#begin(version, version.stored !== undefined);
    return known?.folder ?? (version.stored === undefined ? version.folder : undefined);
  }

  /**
   * Forgets versions that are no longer wanted: their files may be removed, and are looked up again when needed.
   * @param isStart whether to wait until the files of all versions are present or known to be unavailable
   */
  async follow(models: readonly { versions: ReadonlyMap<number, ModelVersion> }[], isStart: boolean): Promise<void> {
    const versions = models.flatMap((model) => [...model.versions.values()]);
    const wanted = new Set(versions.map(keyOf));
    for (const key of this.#fetched.keys()) if (!wanted.has(key)) this.#fetched.delete(key);
    if (!isStart) return;
    await Promise.all(versions.map((version) => this.#begin(version, false)));
  }

  #begin(version: ModelVersion, isTold: boolean): Promise<void> {
    const key = keyOf(version);
    const fetching = this.#fetching.get(key) ?? this.#fetch(version, key, isTold);
    this.#fetching.set(key, fetching);
    return fetching;
  }

  async #fetch(version: ModelVersion, key: string, isTold: boolean): Promise<void> {
    const { stored } = version;
    const model = versionName(version);
    try {
      const began = Date.now();
      const folder = await fetchVersion(version);
      // Files from the object store were already verified during the download.
      if (stored === undefined) await requireUnchanged(version, folder);
      this.#fetched.set(key, { folder });
      const bytes = stored?.files.reduce((sum, file) => sum + file.bytes, 0);
      this.#log.info({ model, bytes, milliseconds: Date.now() - began }, 'files of a version fetched');
    } catch (error) {
      this.#log.error({ model, err: error }, 'files of a version cannot be used');
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

function keyOf({ folder, stored }: ModelVersion): string {
  return stored?.key ?? folder;
}
