/**
 * Conversations that requests may go on from at any server of a database: encrypted by the user's key, gone with the user,
 * and deleted after some days.
 */
import { isPostgres } from '../../store/postgres.ts';
import type { TraceStore } from './trace-store.ts';
import { ownerOf } from './trace-writer.ts';

const DAY = 86_400_000;

export class KeptResponses {
  readonly #store: TraceStore;
  readonly #days: number;

  constructor(store: TraceStore, days: number) {
    this.#store = store;
    this.#days = days;
  }

  /** Whether servers share the store. */
  static areShared({ database }: TraceStore): boolean {
    return isPostgres(database);
  }

  async add(id: string, asked: { key?: string; user?: string }, value: unknown): Promise<void> {
    const { keys, database } = this.#store;
    const user = keys.hash(ownerOf(asked));
    const text = await keys.seal(user, placeOf(id), value);
    const row = { id, key: asked.key ?? null, user, text, expires_at: Date.now() + this.#days * DAY };
    await database.insertInto('responses').values(row).execute();
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
