/** Registered names whose champion cannot be loaded. They count as not ready, and loading is retried. */
import { isLocal } from '../models/model-table.ts';
import type { ServerParts } from '../server-parts.ts';
import type { Route } from './route.ts';

/** Interval of the retries. */
const LOOK_AGAIN_MS = 60_000;

export class MissingChampions {
  readonly #server: Pick<ServerParts, 'table' | 'pool'>;
  readonly #routes: () => ReadonlyMap<string, Route>;
  #lookedAt = performance.now();

  constructor(server: Pick<ServerParts, 'table' | 'pool'>, routes: () => ReadonlyMap<string, Route>) {
    [this.#server, this.#routes] = [server, routes];
  }

  /** Names of the models, without aliases. */
  get names(): string[] {
    const { table, pool } = this.#server;
    return [...this.#routes()].flatMap(([name, { live }]) => {
      const model = table.find(live);
      return !name.includes('@') && (model === undefined || pool.hasFailed(model)) ? [name] : [];
    });
  }

  /** Whether a name is registered but its version is unavailable here. */
  has(name: string): boolean {
    const route = this.#routes().get(name);
    return route !== undefined && this.#server.table.find(route.live) === undefined;
  }

  /** Retries if a minute has passed; `refresh` checks the files. */
  async retry(refresh: () => Promise<void>): Promise<void> {
    if (performance.now() - this.#lookedAt < LOOK_AGAIN_MS) return;
    this.#lookedAt = performance.now();
    if (this.names.length === 0) return;
    await refresh();
    const { table, pool } = this.#server;
    await pool.warm(this.names.flatMap((name) => table.find(name) ?? []).filter(isLocal));
  }
}
