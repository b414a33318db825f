/** Serves the adapters in a folder, each under its folder's name, and follows changes. */
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { ServerParts } from '../server-parts.ts';

type Server = Pick<ServerParts, 'table' | 'pool' | 'opener' | 'log'>;

const LOOK_MS = 2000;
/** Valid model names; other folders are ignored. */
const NAME = /^[\w][\w.-]{0,199}$/;

export class AdapterFolder {
  readonly #folder: string;
  readonly #server: Server;
  /** Time of each adapter's last change. An adapter that was unloaded stays unloaded until it changes. */
  readonly #seen = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(folder: string, server: Server) {
    [this.#folder, this.#server] = [folder, server];
  }

  /** @throws AttuneError E_SERVE_SETTINGS */
  async begin(): Promise<void> {
    await this.look().catch((error: unknown) => {
      throw unreadable(this.#folder, error);
    });
    const again = async () => {
      try {
        await this.look();
      } catch (error) {
        this.#server.log.error({ err: error }, 'folder of adapters cannot be read');
      }
    };
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(again);
    }, LOOK_MS).unref();
  }

  async look(): Promise<void> {
    const entries = await readdir(this.#folder, { withFileTypes: true });
    const names = entries.filter((one) => !one.isFile() && NAME.test(one.name)).map(({ name }) => name);
    for (const name of this.#seen.keys()) if (!names.includes(name)) this.#remove(name);
    for (const name of names) {
      const changed = await stat(join(this.#folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      );
      if (changed === undefined || this.#seen.get(name) === changed) continue;
      this.#seen.set(name, changed);
      await this.#add(name);
    }
  }

  async #add(name: string): Promise<void> {
    const { table, pool, opener, log } = this.#server;
    const target = join(this.#folder, name);
    const known = table.find(name);
    if (known !== undefined && known.target !== target) {
      log.warn({ model: name }, 'adapter not served: its name is taken by another model');
      return;
    }
    try {
      const facts = await opener.inspect(target);
      if (facts.baseFolder === undefined) return;
      table.put({ id: name, target, ...facts, isLazy: true });
      table.register({ name, target });
      // Requests in flight finish with the old adapter.
      if (known !== undefined) void pool.drop(known);
    } catch (error) {
      // The adapter may be incomplete; it is checked again when it changes.
      log.warn({ model: name, err: error }, 'adapter not served');
    }
  }

  #remove(name: string): void {
    this.#seen.delete(name);
    const { table, pool } = this.#server;
    const model = table.find(name);
    if (model?.target !== join(this.#folder, name)) return;
    table.remove(name);
    void pool.drop(model);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }
}

function unreadable(folder: string, cause: unknown): AttuneError {
  return new AttuneError('E_SERVE_SETTINGS', {
    what: `The adapter folder ${resolve(folder)} cannot be read`,
    got: (cause as NodeJS.ErrnoException).code ?? (cause as Error).message,
    fix: 'give a folder with one subfolder per adapter (adapter_folder)',
    cause,
  });
}
