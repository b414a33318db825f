/**
 * Answers of all servers that share a database, for the one of them that tests: in the order in which they were written
 * down, each once. Where that one is gone for ten seconds, another takes its place.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { SilenceWatch } from '../../store/silence-watch.ts';
import { saidIn, type SaidOfAnswer, type TraceRow, type TraceStore } from './trace-store.ts';

const NAME = 'answers';
const LOST_MS = 10_000;
/** Between signs of life. */
const BEAT_MS = 2000;
/** Answers that are read at once. */
const MOST_ROWS = 2000;

export type Arrived = { arrival: number; model: string; version: string } & (
  | { answer: TraceRow }
  | { said: SaidOfAnswer[] }
);

export interface Arrivals {
  /** Whether this server tests from here on: what was before is to be loaded. */
  isNew: boolean;
  /** All that came until this arrival is in `arrived`, or was in what came before. */
  until: number;
  arrived: Arrived[];
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

  /** What has come since the last call; undefined where another server tests. */
  async next(): Promise<Arrivals | undefined> {
    const held = this.#holds;
    if (!(await this.#hold())) return undefined;
    const newest = await this.#newest();
    if (!held) {
      this.#read = newest;
      return { isNew: true, until: newest, arrived: [] };
    }
    if (newest === this.#read) return { isNew: false, until: newest, arrived: [] };
    const found = await this.#between(this.#read, newest);
    this.#read = found.until;
    return { isNew: false, ...found };
  }

  /** Before anything is written of what was found: a server that slept may have been replaced meanwhile. */
  async requireHeld(): Promise<void> {
    const known = this.#store.database.selectFrom('testers').select('holder').where('name', '=', NAME);
    if ((await known.executeTakeFirst())?.holder === this.#id) return;
    this.#holds = false;
    throw new Error('another server has taken over the tests of what is answered');
  }

  /** Lets another server test. */
  async close(): Promise<void> {
    await this.#store.database.deleteFrom('testers').where('holder', '=', this.#id).execute();
  }

  /** Rows get their numbers in transactions that wait for each other: up to the highest one seen at once, all are there. */
  async #newest(): Promise<number> {
    const { rows } = await sql<{ newest: number | null }>`select greatest(
      (select max(arrival) from traces), (select max(arrival) from feedback)) as newest`.execute(this.#store.database);
    return Number(rows[0].newest ?? 0);
  }

  async #between(from: number, newest: number): Promise<Pick<Arrivals, 'until' | 'arrived'>> {
    const { database } = this.#store;
    const answers = await database
      .selectFrom('traces')
      .selectAll()
      .where('arrival', '>', from)
      .where('arrival', '<=', newest)
      .orderBy('arrival')
      .limit(MOST_ROWS)
      .execute();
    const until = answers.length < MOST_ROWS ? newest : answers.at(-1)!.arrival!;
    const feedback = await database
      .selectFrom('feedback')
      .select(['model', 'version', 'trace', 'at', 'thumb', 'edited', 'arrival'])
      .where('arrival', '>', from)
      .where('arrival', '<=', until)
      .execute();
    const arrived: Arrived[] = [
      ...answers.map((answer) => ({ ...placeOf(answer), answer })),
      ...feedback.map((row) => ({ ...placeOf(row), said: saidIn(row) })),
    ];
    return { until, arrived: arrived.toSorted((a, b) => a.arrival - b.arrival) };
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

function placeOf({ arrival, model, version }: { arrival: number | null; model: string; version: string }) {
  return { arrival: arrival!, model, version };
}
