/** A PostgreSQL that does not answer, told from one that refuses what it was asked. */
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { AttuneError } from '../base/errors.ts';

/** Of Node's sockets, and of PostgreSQL: connection lost, shutting down, starting, out of connections. */
const AWAY_CODE = /^(?:ECONN|EPIPE$|ETIMEDOUT$|ENOTFOUND$|EAI_|EHOST|ENET|08|57P0[123]$|53300$)/;
/** Of pg and Kysely, whose errors have no codes. */
const AWAY_MESSAGE =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client (?:was closed|has encountered a connection error)|Postgres connection has been discarded)/;

/** Where the database is away, an error that says so; else the error as it is. */
export function storeFailure(error: unknown, place: string): unknown {
  const { code = '', message, syscall } = error as NodeJS.ErrnoException;
  const isAway = AWAY_CODE.test(code) || AWAY_MESSAGE.test(message) || (code === 'ENOENT' && syscall === 'connect');
  if (!isAway) return error;
  return new AttuneError('E_STORE_AWAY', {
    what: `PostgreSQL does not answer: ${place}`,
    got: message === '' ? code : message,
    fix: 'start it, or check the address and the network',
    cause: error,
  });
}

export function isStoreAway(error: unknown): error is AttuneError {
  return error instanceof AttuneError && error.code === 'E_STORE_AWAY';
}

/** A pool whose errors say when the database is away. */
export class StorePool implements PostgresPool {
  readonly #pool: Pool;
  readonly #place: string;
  /** Kysely knows connections by their clients. */
  readonly #clients = new WeakMap<PoolClient, PostgresPoolClient>();

  constructor(pool: Pool, place: string) {
    [this.#pool, this.#place] = [pool, place];
  }

  get options(): object {
    return this.#pool.options;
  }

  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#told(this.#pool.connect());
    const known = this.#clients.get(client) ?? this.#wrapped(client);
    this.#clients.set(client, known);
    return known;
  }

  end(): Promise<void> {
    return this.#pool.end();
  }

  #wrapped(client: PoolClient): PostgresPoolClient {
    // Cursors, its other form, are not used here.
    const query = (text: unknown, values: readonly unknown[] = []) =>
      this.#told(client.query(text as string, [...values])) as never;
    return { query, release: (destroy) => client.release(destroy) };
  }

  #told<Result>(work: Promise<Result>): Promise<Result> {
    return work.catch((error: unknown) => {
      throw storeFailure(error, this.#place);
    });
  }
}
