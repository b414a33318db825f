/** Models in their processes: opened on demand within a memory budget, and reopened after a crash. */
import { AttuneError } from '../../base/errors.ts';
import { ApiError } from '../api-error.ts';
import { toApiError } from '../attune-errors.ts';
import type { ServeLog } from '../watch/log.ts';
import { shownName, type LocalModel, type ServedModel } from './model-table.ts';
import type { ModelKind, OpenedModels, Opener, OpenRequest } from './opened.ts';

export interface PoolOptions {
  opener: Opener;
  log: ServeLog;
  /** Limit on the bytes of open weights and of caches with a given size; at least one model can always be opened. */
  budget: number;
  /** Maximum number of open adapters; those in use are never closed. */
  mostAdapters?: number;
  /** Time without use after which a model is closed; default: never. */
  idleMilliseconds?: number;
  opening: Pick<OpenRequest, 'precision' | 'device' | 'storage' | 'constraints' | 'cacheBytes' | 'trainedDefaults'>;
}

/** A model in use. */
export interface Lease<Kind extends ModelKind> extends Disposable {
  opened: OpenedModels[Kind];
}

interface Slot {
  model: LocalModel;
  bytes: number;
  opening: Promise<OpenedModels[ModelKind]>;
  /** Number of current users; open adapters count as users of their base. */
  users: number;
  lastUsed: number;
  onIdle?: () => void;
  /** Closes the model after `keep_alive` without use. */
  timer?: NodeJS.Timeout;
}

export class ModelPool {
  readonly #options: PoolOptions;
  readonly #slots = new Map<string, Slot>();
  /** Models that failed to open, with the time of the next attempt. */
  readonly #failed = new Map<string, { until: number; error: unknown }>();
  #installed = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Opens a model if necessary and marks it as used until the lease is disposed. @throws ApiError 503 if it cannot be
   * opened
   */
  async lease<Kind extends ModelKind>(model: LocalModel & { kind: Kind }): Promise<Lease<Kind>> {
    const slot = this.#slots.get(model.id) ?? (await this.#open(model));
    slot.users++;
    clearTimeout(slot.timer);
    const release = () => {
      slot.lastUsed = Date.now();
      if (--slot.users > 0) return;
      slot.onIdle?.();
      this.#closeLater(slot);
    };
    try {
      return { opened: (await slot.opening) as OpenedModels[Kind], [Symbol.dispose]: release };
    } catch (error) {
      release();
      throw cannotOpen(model, error);
    }
  }

  #closeLater(slot: Slot): void {
    const { idleMilliseconds, log } = this.#options;
    if (idleMilliseconds === undefined || this.#isClosed) return;
    slot.timer = setTimeout(() => {
      if (slot.users > 0 || this.#slots.get(slot.model.id) !== slot) return;
      log.info({ model: shownName(slot.model) }, 'idle model closed');
      void this.drop(slot.model);
    }, idleMilliseconds).unref();
  }

  /** Opens models ahead of requests as far as the budget goes; for lazy adapters, only their bases. */
  async warm(models: readonly LocalModel[]): Promise<void> {
    for (const model of models.flatMap((one) => (isLazy(one) ? (one.base ?? []) : one))) {
      if (this.isOpen(model)) continue;
      if (this.#isClosed || (this.#slots.size > 0 && this.#lacksRoom(model))) return;
      try {
        (await this.lease(model))[Symbol.dispose]();
      } catch {
        // Already logged; the next request retries.
      }
    }
  }

  /** Whether the last attempt to open a model failed. */
  hasFailed({ id }: Pick<ServedModel, 'id'>): boolean {
    return this.#failed.has(id) && !this.#slots.has(id);
  }

  isOpen({ id }: Pick<ServedModel, 'id'>): boolean {
    return this.#slots.has(id);
  }

  /** Closes a model when its current requests have ended; the next request resolves the name again. */
  async drop({ id }: Pick<ServedModel, 'id'>): Promise<void> {
    const slot = this.#slots.get(id);
    this.#failed.delete(id);
    if (slot === undefined) return;
    this.#slots.delete(id);
    clearTimeout(slot.timer);
    await closeWhenIdle(slot);
  }

  /**
   * Opens the name's current target before it accepts requests; running requests finish on the old one.
   * @throws the reason why the target cannot be opened; nothing has changed then
   */
  async replace(model: LocalModel): Promise<void> {
    if (this.#isClosed) throw shuttingDown();
    const slot = this.#begin(model);
    await slot.opening;
    const before = this.#slots.get(model.id);
    this.#failed.delete(model.id);
    this.#slots.set(model.id, slot);
    if (before !== undefined) void closeWhenIdle(before);
  }

  #lacksRoom(model: ServedModel): boolean {
    const slots = [...this.#slots.values()];
    const bytes = slots.reduce((sum, slot) => sum + slot.bytes, this.#bytesOf(model));
    return bytes > this.#options.budget || this.#lacksPlace(model);
  }

  #lacksPlace({ base }: ServedModel): boolean {
    const { mostAdapters = Infinity } = this.#options;
    return base !== undefined && [...this.#slots.values()].filter(isAdapter).length >= mostAdapters;
  }

  /** Memory of the model alone; an adapter's excludes its base and the base's cache. */
  #bytesOf({ base, kind, bytes, baseBytes = 0 }: ServedModel): number {
    if (base !== undefined) return bytes;
    const { cacheBytes = 0 } = this.#options.opening;
    return bytes + baseBytes + (kind === 'text' || kind === 'speech' ? cacheBytes : 0);
  }

  async #open(model: LocalModel): Promise<Slot> {
    if (this.#isClosed) throw shuttingDown();
    const failed = this.#failed.get(model.id);
    if (failed !== undefined && failed.until > Date.now()) throw cannotOpen(model, failed.error);
    await this.#makeRoom(model);
    const known = this.#slots.get(model.id); // another caller was faster
    if (known !== undefined) return known;
    const slot = this.#begin(model);
    this.#slots.set(model.id, slot);
    slot.opening.catch((error: unknown) => {
      this.#failed.set(model.id, { until: Date.now() + RETRY_MILLISECONDS, error });
      this.#forget(slot, error, 'model cannot be loaded');
    });
    return slot;
  }

  /** Starts to open a model that requests cannot see yet. */
  #begin(model: LocalModel): Slot {
    const start = Date.now();
    const opening = model.base === undefined ? this.#openAlone(model) : this.#openAdapter(model);
    const slot: Slot = { model, bytes: this.#bytesOf(model), opening, users: 0, lastUsed: start };
    opening.then(
      (opened) => {
        this.#options.log.info({ model: shownName(model), seconds: (Date.now() - start) / 1000 }, 'model loaded');
        opened.ended.catch((error: unknown) => this.#forget(slot, error, 'model lost'));
      },
      () => undefined, // reported by the awaiting caller
    );
    return slot;
  }

  #openAlone(model: LocalModel): Promise<OpenedModels[ModelKind]> {
    const { opener, opening } = this.#options;
    return opener.open(model.kind, { target: model.target, ...opening });
  }

  /** Opens an adapter in its base's process or, if that is impossible, in a process of its own. */
  async #openAdapter(model: LocalModel): Promise<OpenedModels[ModelKind]> {
    const base = await this.lease(model.base!);
    try {
      // Unique names, so that a reloaded adapter does not collide with itself.
      const beside = await base.opened.install(`${model.id} ${++this.#installed}`, model.target);
      const release = async () => {
        await beside.close();
        base[Symbol.dispose]();
      };
      return { ...beside, close: release };
    } catch (error) {
      base[Symbol.dispose]();
      if (!(error instanceof AttuneError) || !error.code.startsWith('E_ADAPTER')) throw error;
      this.#options.log.warn({ model: shownName(model), reason: error.what }, 'adapter opened in a process of its own');
      return this.#openAlone(model);
    }
  }

  /** Removes a process that has ended; the next request opens the model again. */
  #forget(slot: Slot, error: unknown, what: string): void {
    if (this.#slots.get(slot.model.id) !== slot) return;
    this.#slots.delete(slot.model.id);
    if (!this.#isClosed) this.#options.log.error({ model: shownName(slot.model), err: error }, what);
  }

  /** Closes unused models, least recently used first, until the next one fits. */
  async #makeRoom(next: ServedModel): Promise<void> {
    while (this.#lacksRoom(next)) {
      const isOnlyAdapters = this.#lacksPlace(next);
      const idle = [...this.#slots.values()].filter(
        (slot) => slot.users === 0 && slot.model.id !== next.base?.id && (!isOnlyAdapters || isAdapter(slot)),
      );
      if (idle.length === 0) return;
      const { model } = idle.reduce((oldest, slot) => (slot.lastUsed < oldest.lastUsed ? slot : oldest));
      this.#options.log.info({ model: shownName(model) }, 'model closed to make room');
      await this.drop(model);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const slots = [...this.#slots.values()];
    for (const { timer } of slots) clearTimeout(timer);
    this.#slots.clear();
    // Adapters first, since they depend on their base.
    for (const slot of slots.toSorted(
      (a, b) => Number(b.model.base !== undefined) - Number(a.model.base !== undefined),
    ))
      await close(slot);
  }
}

/** Whether a model is only opened on request: API keys can create any number of adapters, so theirs are lazy too. */
function isLazy({ base, isLazy: isFromFolder, owner }: LocalModel): boolean {
  return isFromFolder === true || (base !== undefined && owner !== undefined);
}

function isAdapter({ model }: Slot): boolean {
  return model.base !== undefined;
}

/** Delay before another attempt to open a model that failed. */
const RETRY_MILLISECONDS = 5000;

async function closeWhenIdle(slot: Slot): Promise<void> {
  await slot.opening.catch(() => undefined);
  if (slot.users > 0)
    await new Promise<void>((resolve) => {
      slot.onIdle = resolve;
    });
  await close(slot);
}

async function close({ opening }: Slot): Promise<void> {
  try {
    const opened = await opening;
    await opened.close();
  } catch {
    // It never opened, or has already ended.
  }
}

function cannotOpen(model: ServedModel, error: unknown): ApiError {
  const { code } = toApiError(error);
  if (code === 'server_shutting_down') return shuttingDown();
  const message = `The model '${model.id}' cannot be loaded at the moment. The server's log says why.`;
  return new ApiError(503, { message, code: 'model_unavailable', headers: { 'retry-after': '5' }, cause: error });
}

export function shuttingDown(): ApiError {
  const message = 'The server is shutting down. Retry in a moment.';
  return new ApiError(503, { message, code: 'server_shutting_down', headers: { 'retry-after': '5' } });
}
