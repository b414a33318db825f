/** Distinguishes a PostgreSQL that does not respond from one that rejects a query. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { AttuneError } from '../base/errors.ts';

/**
 * Error codes of Node's sockets and of PostgreSQL for lost connections, shutdown, startup, and exhausted connections.
 */
const AWAY_CODE = /^(?:ECONN|EPIPE$|ETIMEDOUT$|ENOTFOUND$|EAI_|EHOST|ENET|08|57P0[123]$|53300$)/;
/** Messages of pg and Kysely, whose errors have no codes. */
const AWAY_MESSAGE =
  /^(?:Connection terminated|timeout e(?:xceeded when trying to connect|xpired)|Query read timeout|Client (?:was closed|has encountered a connection error)|Postgres connection has been discarded)/;

/** A database that accepts connections but does not respond. */
const SILENT_MESSAGE = /^(?:Connection terminated due to connection timeout|timeout expired|Query read timeout)/;

/** Time to close connections cleanly. */
const LAST_MS = 500;
/** Time that other callers wait for a probe. */
const TRIAL_MS = 500;

/** An explanatory error if the database is unavailable; otherwise the original error. */
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

/**
 * A connection pool whose errors say when the database is unavailable. After a timeout, a single caller probes
 * whether the database responds again, and other callers are refused meanwhile.
 */
export class StorePool implements PostgresPool {
  readonly #pool: Pool;
  readonly #place: string;
  /** Query timeout in milliseconds; after a failed probe the next one waits a third of it. */
  readonly #patience: number;
  #isSilent = false;
  #trial: Promise<void> | undefined;
  #pausesUntil = 0;
  /** Kysely identifies connections by their clients. */
  readonly #clients = new WeakMap<PoolClient, PostgresPoolClient>();

  constructor(pool: Pool, place: string, patience: number) {
    [this.#pool, this.#place, this.#patience] = [pool, place, patience];
  }

  get options(): object {
    return this.#pool.options;
  }

  async connect(): Promise<PostgresPoolClient> {
    if (this.#isSilent) await this.#answers();
    const client = await this.#withReadableErrors(this.#pool.connect());
    const known = this.#clients.get(client) ?? this.#wrapped(client);
    this.#clients.set(client, known);
    return known;
  }

  /** @throws AttuneError E_STORE_AWAY */
  async #answers(): Promise<void> {
    const away = storeFailure(new Error('Query read timeout'), this.#place);
    if (performance.now() < this.#pausesUntil) throw away;
    const isFirst = this.#trial === undefined;
    this.#trial ??= this.#try().finally(() => (this.#trial = undefined));
    const answered = this.#trial.then(() => true);
    if (isFirst || (await Promise.race([answered, sleep(TRIAL_MS, false)]))) return void (await answered);
    answered.catch(() => undefined);
    throw away;
  }

  async #try(): Promise<void> {
    let client: PoolClient | undefined;
    try {
      client = await this.#withReadableErrors(this.#pool.connect());
      await this.#withReadableErrors(client.query('select 1'));
      this.#isSilent = false;
    } catch (error) {
      this.#pausesUntil = performance.now() + this.#patience / 3;
      throw error;
    } finally {
      client?.release(this.#isSilent);
    }
  }

  /** Waits for connections in use no longer than their queries can take. */
  async end(): Promise<void> {
    const ended = this.#pool.end();
    ended.catch(() => undefined);
    await Promise.race([ended, sleep(this.#patience + LAST_MS, undefined, { ref: false })]);
  }

  #wrapped(client: PoolClient): PostgresPoolClient {
    // A late reply would be mistaken for that of the next query.
    let silence: Error | undefined;
    const ask = async (text: string, values: readonly unknown[]) => {
      if (silence !== undefined) throw silence;
      return client.query(text, [...values]).catch((error: Error) => {
        if (SILENT_MESSAGE.test(error.message)) silence = error;
        throw error;
      });
    };
    // Cursors, the method's other form, are not used here.
    const query = (text: unknown, values: readonly unknown[] = []) =>
      this.#withReadableErrors(ask(text as string, values)) as never;
    return { query, release: (destroy) => client.release(destroy === true || silence !== undefined) };
  }

  #withReadableErrors<Result>(work: Promise<Result>): Promise<Result> {
    return work.catch((error: Error) => {
      if (SILENT_MESSAGE.test(error.message)) this.#isSilent = true;
      throw storeFailure(error, this.#place);
    });
  }
}
