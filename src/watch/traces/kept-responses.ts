/**
 * Conversations that requests may go on from at any server of a database: encrypted by the user's key, gone with the user,
 * and deleted after some days, or sooner where there are too many.
 */
import { sql } from 'kysely';
import type { TraceStore } from './trace-store.ts';
import { ownerOf } from './trace-writer.ts';

const DAY = 86_400_000;
/** Between looks at how much there is. */
const BOUND_MS = 60_000;

export class KeptResponses {
  readonly #store: TraceStore;
  readonly #days: number;
  readonly #mostBytes: number;
  #boundAt = -Infinity;

  /** @param days until one is deleted. @param mostBytes of all of them, encrypted */
  constructor(store: TraceStore, { days, mostBytes }: { days: number; mostBytes: number }) {
    [this.#store, this.#days, this.#mostBytes] = [store, days, mostBytes];
  }

  async add(id: string, asked: { key?: string; user?: string }, value: unknown): Promise<void> {
    const { keys, database } = this.#store;
    const user = keys.hash(ownerOf(asked));
    const text = await keys.seal(user, placeOf(id), value);
    const row = { id, key: asked.key ?? null, user, text, expires_at: Date.now() + this.#days * DAY };
    await database.insertInto('responses').values(row).execute();
    if (performance.now() - this.#boundAt < BOUND_MS) return;
    this.#boundAt = performance.now();
    await this.bound();
  }

  /** Deletes the oldest beyond the bound: what goes on from them has all that they said. */
  async bound(): Promise<void> {
    const { database } = this.#store;
    const newest = database
      .selectFrom('responses')
      .select(['id', sql<number>`sum(length(${sql.ref('text')})) over (order by expires_at desc, id)`.as('bytes')]);
    const beyond = database.selectFrom(newest.as('sums')).select('id').where('bytes', '>', this.#mostBytes);
    await database.deleteFrom('responses').where('id', 'in', beyond).execute();
  }

  /** Undefined where there is none of this key, or where its user was erased. */
  async find<Value>(id: string, key: string | undefined): Promise<Value | undefined> {
    const { keys, database } = this.#store;
    const row = await database.selectFrom('responses').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined || row.key !== (key ?? null) || row.expires_at <= Date.now()) return undefined;
    return keys.unseal<Value>(row.user, placeOf(id), row.text);
  }

  async remove(id: string): Promise<void> {
    await this.#store.database.deleteFrom('responses').where('id', '=', id).execute();
  }
}

function placeOf(id: string): string {
  return `response ${id}`;
}
