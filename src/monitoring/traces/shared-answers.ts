/**
 * Assigns the tests of all servers on a database to one server, which reads their answers in order of writing, each
 * once. If it is silent for ten seconds, another server takes over.
 */
import { randomUUID } from 'node:crypto';
import { SilenceWatch } from '../../store/silence-watch.ts';
import type { TraceStore } from './trace-store.ts';

const NAME = 'answers';
const LOST_MS = 10_000;
/** Heartbeat interval. */
const BEAT_MS = 2000;
export interface Arrivals {
  /** Whether this server has just taken over testing and must load earlier answers. */
  isNew: boolean;
  /** All rows up to this arrival number are complete. */
  until: number;
  /** Versions with answers or feedback since the last call. */
  versions: { model: string; version: string }[];
}

export class SharedAnswers {
  readonly #store: TraceStore;
  readonly #id = randomUUID();
  readonly #watch = new SilenceWatch(LOST_MS);
  #beatAt = -Infinity;
  #holds = false;
  #read = 0;

  constructor(store: TraceStore) {
    this.#store = store;
  }

  /** Arrivals since the last call; undefined while another server does the testing. */
  async next(): Promise<Arrivals | undefined> {
    const held = this.#holds;
    if (!(await this.#hold())) return undefined;
    const newest = await this.#store.newestArrival();
    if (!held) {
      this.#read = newest;
      return { isNew: true, until: newest, versions: [] };
    }
    const versions = newest === this.#read ? [] : await this.#between(this.#read, newest);
    this.#read = newest;
    return { isNew: false, until: newest, versions };
  }

  /** Called before findings are written, since a suspended server may have been replaced. */
  async requireHeld(): Promise<void> {
    const known = this.#store.database.selectFrom('testers').select('holder').where('name', '=', NAME);
    if ((await known.executeTakeFirst())?.holder === this.#id) return;
    this.#holds = false;
    throw new Error('another server has taken over the tests of answers');
  }

  /** Lets another server take over the tests. */
  async close(): Promise<void> {
    await this.#store.database.deleteFrom('testers').where('holder', '=', this.#id).execute();
  }

  async #between(from: number, until: number): Promise<Arrivals['versions']> {
    const { database } = this.#store;
    const of = (table: 'traces' | 'feedback') =>
      database
        .selectFrom<'traces' | 'feedback'>(table)
        .select(['model', 'version'])
        .where('arrival', '>', from)
        .where('arrival', '<=', until);
    return of('traces').union(of('feedback')).execute();
  }

  async #hold(): Promise<boolean> {
    const asked = performance.now();
    if (asked - this.#beatAt < BEAT_MS) return this.#holds;
    this.#beatAt = asked;
    const row = { holder: this.#id, seen_at: Date.now() };
    this.#holds = await this.#store.database.transaction().execute(async (transaction) => {
      const known = await transaction.selectFrom('testers').selectAll().where('name', '=', NAME).executeTakeFirst();
      const sign = known && `${known.holder} ${known.seen_at}`;
      const isSilent = this.#watch.silent(sign === undefined ? [] : [sign], asked).has(sign ?? '');
      if (known !== undefined && known.holder !== this.#id && !isSilent) return false;
      await transaction
        .insertInto('testers')
        .values({ name: NAME, ...row })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
        .execute();
      return true;
    });
    return this.#holds;
  }
}
