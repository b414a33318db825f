/** Models in their processes: opened when first needed, within a budget of memory, and opened again after a crash. */
import { ApiError } from '../api-error.ts';
import { toApiError } from '../attune-errors.ts';
import type { Lease } from '../call.ts';
import type { ServeLog } from '../watch/log.ts';
import type { ServedModel } from './model-table.ts';
import type { ModelKind, OpenedModels, Opener, OpenRequest } from './opened.ts';

export interface PoolOptions {
  opener: Opener;
  log: ServeLog;
  /** Bytes of weights that may be open at once; one model is always opened. */
  budget: number;
  opening: Pick<OpenRequest, 'precision' | 'storage'>;
}

interface Slot {
  model: ServedModel;
  opening: Promise<OpenedModels[ModelKind]>;
  /** Requests that use it. */
  users: number;
  lastUsed: number;
}

export class ModelPool {
  readonly #options: PoolOptions;
  /** By the folder that is opened. */
  readonly #slots = new Map<string, Slot>();
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Lends a model, opened where needed, until the lease is disposed. @throws ApiError 503 where it cannot be opened */
  async lease<Kind extends ModelKind>(model: ServedModel & { kind: Kind }): Promise<Lease<Kind>> {
    const slot = this.#slots.get(model.folder) ?? (await this.#open(model));
    slot.users++;
    const release = () => {
      slot.users--;
      slot.lastUsed = Date.now();
    };
    try {
      const opened = (await slot.opening) as OpenedModels[Kind];
      return { opened, [Symbol.dispose]: release };
    } catch (error) {
      release();
      throw cannotOpen(model, error);
    }
  }

  /** Opens models ahead of their first request, one after the other, as far as the budget goes. */
  async warm(models: readonly ServedModel[]): Promise<void> {
    let bytes = 0;
    for (const model of models) {
      bytes += model.bytes;
      if (this.#isClosed || (bytes > this.#options.budget && bytes > model.bytes)) return;
      try {
        (await this.lease(model))[Symbol.dispose]();
      } catch {
        // It was logged, and is tried again when somebody asks for it.
      }
    }
  }

  /** The model is loaded. */
  isOpen({ folder }: Pick<ServedModel, 'folder'>): boolean {
    return this.#slots.has(folder);
  }

  async #open(model: ServedModel): Promise<Slot> {
    if (this.#isClosed) throw shuttingDown();
    await this.#makeRoom(model);
    const known = this.#slots.get(model.folder); // somebody else was faster
    if (known !== undefined) return known;
    const { opener, log, opening: how } = this.#options;
    const start = Date.now();
    const opening = opener.open(model.kind, { target: model.target, ...how });
    const slot: Slot = { model, opening, users: 0, lastUsed: start };
    this.#slots.set(model.folder, slot);
    opening.then(
      (opened) => {
        log.info({ model: model.id, seconds: (Date.now() - start) / 1000 }, 'model loaded');
        opened.ended.catch((error: unknown) => this.#forget(slot, error));
      },
      (error: unknown) => this.#forget(slot, error),
    );
    return slot;
  }

  /** It is gone: the next request opens it again. */
  #forget(slot: Slot, error: unknown): void {
    if (this.#slots.get(slot.model.folder) !== slot) return;
    this.#slots.delete(slot.model.folder);
    if (!this.#isClosed) this.#options.log.error({ model: slot.model.id, err: error }, 'model lost');
  }

  /** Closes models that nobody uses, those first that were not used for longest, until the next one fits. */
  async #makeRoom(next: ServedModel): Promise<void> {
    const { budget, log } = this.#options;
    const idle = [...this.#slots.values()].filter(({ users }) => users === 0).sort((a, b) => a.lastUsed - b.lastUsed);
    for (const slot of idle) {
      const taken = [...this.#slots.values()].reduce((sum, { model }) => sum + model.bytes, 0);
      if (taken + next.bytes <= budget) return;
      this.#slots.delete(slot.model.folder);
      log.info({ model: slot.model.id }, 'model closed to make room');
      await close(slot);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    await Promise.all(slots.map(close));
  }
}

async function close({ opening }: Slot): Promise<void> {
  try {
    const opened = await opening;
    await opened.close();
  } catch {
    // It never opened, or is gone already.
  }
}

function cannotOpen(model: ServedModel, error: unknown): ApiError {
  const { code } = toApiError(error);
  if (code === 'server_shutting_down') return shuttingDown();
  const message = `The model '${model.id}' cannot be loaded just now. The server's log says why.`;
  return new ApiError(503, { message, code: 'model_unavailable', headers: { 'retry-after': '5' }, cause: error });
}

export function shuttingDown(): ApiError {
  const message = 'The server is shutting down. Send the request again in a moment.';
  return new ApiError(503, { message, code: 'server_shutting_down', headers: { 'retry-after': '5' } });
}
