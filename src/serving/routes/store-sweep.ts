/** Deletes expired, orphaned and excess data every minute, on each server of a registry. */
import {
  boundCopies,
  endExpiredUploads,
  removeDeletedVersions,
  removeExpired,
  removeStrayCopies,
  removeUnfinished,
  type Registry,
} from '../../store/registry/index.ts';
import type { ServeLog } from '../watch/log.ts';

const SWEEP_MS = 60_000;

export class StoreSweep {
  readonly #registry: Registry;
  readonly #log: ServeLog;
  readonly #mostBytes: number;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> | undefined;

  /** @param mostBytes limit on local copies of objects in a bucket */
  constructor(registry: Registry, log: ServeLog, mostBytes: number) {
    [this.#registry, this.#log, this.#mostBytes] = [registry, log, mostBytes];
  }

  begin(): void {
    this.#timer = setInterval(() => this.#begin(), SWEEP_MS).unref();
    this.#begin();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work;
  }

  #begin(): void {
    this.#work ??= this.#sweep().finally(() => {
      this.#work = undefined;
    });
  }

  async #sweep(): Promise<void> {
    const steps: ((registry: Registry) => Promise<unknown>)[] = [
      removeExpired,
      endExpiredUploads,
      removeDeletedVersions,
      removeUnfinished,
      removeStrayCopies,
      (registry) => this.#bound(registry),
    ];
    for (const step of steps) {
      try {
        await step(this.#registry);
      } catch (error) {
        this.#log.error({ err: error }, 'unneeded data cannot be removed; it will be retried');
      }
    }
  }

  async #bound(registry: Registry): Promise<void> {
    const bytes = await boundCopies(registry, this.#mostBytes);
    if (bytes > 0) this.#log.info({ bytes }, 'unused local copies removed');
  }
}
