/**
 * Stored objects in the database, shared by its servers: encrypted with the user's key, erased with the user, and
 * deleted after some days, or earlier to stay within the size limit.
 */
import { sql, type Expression, type Selectable, type SqlBool } from 'kysely';
import { pushAll } from '../../base/many.ts';
import type { Page } from '../../store/registry/index.ts';
import {
  matches,
  MOST_CHARACTERS,
  type KeptFailure,
  type KeptHead,
  type KeptKind,
  type KeptObject,
  type KeptStore,
  type KeptWish,
} from './kept-store.ts';
import type { ResponsesTable } from './traces-tables.ts';
import { numbered, type TraceStore } from './trace-store.ts';
import { ownerOf } from './trace-writer.ts';

const DAY = 86_400_000;
/** Interval between checks of the size limit. */
const BOUND_MS = 60_000;
/** Number of heads decrypted at a time to answer a list request. */
const HEADS = 500;

type Row = Selectable<ResponsesTable>;
type HeadRow = Omit<Row, 'text' | 'expires_at'>;

const HEAD_COLUMNS = ['id', 'kind', 'key', 'user', 'parent', 'arrival', 'head'] as const;

/** Encrypted part of an object, apart from its head. */
interface Sealed {
  value: unknown;
  user?: string;
}

export class KeptObjects implements KeptStore {
  readonly #store: TraceStore;
  readonly #days: number;
  readonly #mostBytes: number;
  #boundAt = -Infinity;

  /** @param days retention @param mostBytes limit on the encrypted size of all objects */
  constructor(store: TraceStore, { days, mostBytes }: { days: number; mostBytes: number }) {
    [this.#store, this.#days, this.#mostBytes] = [store, days, mostBytes];
  }

  get #database() {
    return this.#store.database;
  }

  async add(objects: readonly KeptObject[]): Promise<KeptFailure | undefined> {
    const characters = objects.reduce((sum, { value }) => sum + JSON.stringify(value).length, 0);
    const expires_at = Date.now() + this.#days * DAY;
    const parent = objects.find((one) => one.parent !== undefined)?.parent;
    const held = parent === undefined ? 0 : await this.#bytesIn(parent);
    if (held + characters > MOST_CHARACTERS) return 'too large';
    if (parent !== undefined && !(await this.#prolong(parent, expires_at))) return 'gone';
    const rows = [];
    for (const object of objects)
      rows.push({ ...(await this.#rowOf(object)), expires_at, ...numbered(this.#database) });
    if (rows.length > 0) await this.#database.insertInto('responses').values(rows).execute();
    if (performance.now() - this.#boundAt < BOUND_MS) return undefined;
    this.#boundAt = performance.now();
    await this.bound();
    return undefined;
  }

  async #rowOf({ id, kind, key, parent, head, ...sealed }: KeptObject) {
    const { keys } = this.#store;
    const user = keys.hash(ownerOf({ key, user: sealed.user }));
    const text = await keys.seal(user, placeOf({ kind, id }), sealed satisfies Sealed);
    return {
      id,
      kind,
      key: key ?? null,
      user,
      parent: parent ?? null,
      text,
      head: await this.#sealHead({ id, user, head }),
    };
  }

  async #sealHead({ id, user, head }: { id: string; user: string; head: KeptHead }): Promise<Uint8Array | null> {
    return Object.keys(head).length === 0 ? null : this.#store.keys.seal(user, headPlaceOf(id), head);
  }

  /** Extends the life of a conversation and all its items. @returns whether it exists */
  async #prolong(id: string, expires_at: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#database
      .updateTable('responses')
      .set({ expires_at })
      .where(({ or, eb }) => or([eb('id', '=', id), eb('parent', '=', id)]))
      .where('expires_at', '>', Date.now())
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async #bytesIn(parent: string): Promise<number> {
    const { bytes } = await this.#database
      .selectFrom('responses')
      .select(sql<number | null>`sum(length(${sql.ref('text')}))`.as('bytes'))
      .where('parent', '=', parent)
      .executeTakeFirstOrThrow();
    return Number(bytes ?? 0);
  }

  /** Deletes the oldest objects beyond the size limit, conversations as a whole. */
  async bound(): Promise<void> {
    const root = sql<string>`coalesce(parent, id)`;
    const sizes = this.#database
      .selectFrom('responses')
      .select([
        root.as('root'),
        sql<number>`max(expires_at)`.as('last'),
        sql<number>`sum(length(${sql.ref('text')}))`.as('bytes'),
      ])
      .groupBy(root);
    const newest = this.#database
      .selectFrom(sizes.as('sizes'))
      .select(['root', sql<number>`sum(bytes) over (order by last desc, root)`.as('total')]);
    const beyond = this.#database.selectFrom(newest.as('sums')).select('root').where('total', '>', this.#mostBytes);
    await this.#database.deleteFrom('responses').where(root, 'in', beyond).execute();
  }

  async find<Value>(kind: KeptKind, id: string, key: string | undefined): Promise<KeptObject<Value> | undefined> {
    const row = await this.#database
      .selectFrom('responses')
      .selectAll()
      .where('id', '=', id)
      .where('kind', '=', kind)
      .where('expires_at', '>', Date.now())
      .executeTakeFirst();
    if (row === undefined || row.key !== (key ?? null)) return undefined;
    const [head] = await this.#heads([row]);
    return (await this.#opened<Value>([{ ...row, opened: head ?? {} }]))[0];
  }

  async list<Value>(wish: KeptWish): Promise<Page<KeptObject<Value>> | undefined> {
    const { page } = wish;
    const found: (HeadRow & { opened: KeptHead })[] = [];
    let after = page.after === undefined ? undefined : await this.#placed(wish, page.after);
    if (page.after !== undefined && after === undefined) return undefined;
    while (found.length <= page.limit) {
      const rows = await this.#headRows(wish, after);
      const heads = await this.#heads(rows);
      for (const [i, row] of rows.entries()) {
        const head = heads[i];
        if (head !== undefined && matches(head, wish)) found.push({ ...row, opened: head });
      }
      if (rows.length < HEADS) break;
      after = rows.at(-1);
    }
    const rows: KeptObject<Value>[] = [];
    for (let at = 0; at < Math.min(found.length, page.limit); at += HEADS)
      pushAll(rows, await this.#opened<Value>(found.slice(at, Math.min(at + HEADS, page.limit))));
    return { rows, hasMore: found.length > page.limit };
  }

  #placed(wish: KeptWish, id: string): Promise<Pick<HeadRow, 'id' | 'arrival'> | undefined> {
    return this.#rowsOf(wish).select(['id', 'arrival']).where('id', '=', id).executeTakeFirst();
  }

  #headRows(wish: KeptWish, after: Pick<HeadRow, 'id' | 'arrival'> | undefined): Promise<HeadRow[]> {
    const { order } = wish.page;
    let query = this.#rowsOf(wish).select(HEAD_COLUMNS).orderBy('arrival', order).orderBy('id', order).limit(HEADS);
    if (after !== undefined) {
      const beyond = order === 'asc' ? '>' : '<';
      query = query.where(({ or, and, eb }) =>
        or([
          eb('arrival', beyond, after.arrival),
          and([eb('arrival', '=', after.arrival), eb('id', beyond, after.id)]),
        ]),
      );
    }
    return query.execute();
  }

  #rowsOf({ kind, key, parent }: KeptWish) {
    return this.#database
      .selectFrom('responses')
      .where('kind', '=', kind)
      .where('key', key === undefined ? 'is' : '=', key ?? null)
      .where('parent', parent === undefined ? 'is' : '=', parent ?? null)
      .where('expires_at', '>', Date.now());
  }

  /** Undefined for objects whose user was erased in the meantime. */
  async #heads(rows: readonly HeadRow[]): Promise<(KeptHead | undefined)[]> {
    const sealed = rows.map(({ id, user, head }) => ({ user, place: headPlaceOf(id), sealed: head }));
    const heads = await this.#store.keys.unsealAll<KeptHead>(sealed);
    return heads.map((head, i) => (rows[i].head === null ? {} : head));
  }

  async #opened<Value>(rows: readonly (HeadRow & { opened: KeptHead })[]): Promise<KeptObject<Value>[]> {
    if (rows.length === 0) return [];
    const ids = rows.map(({ id }) => id);
    const texts = await this.#database.selectFrom('responses').select(['id', 'text']).where('id', 'in', ids).execute();
    const textOf = new Map(texts.map(({ id, text }) => [id, text]));
    const sealed = rows.map((row) => ({ user: row.user, place: placeOf(row), sealed: textOf.get(row.id) ?? null }));
    const all = await this.#store.keys.unsealAll<Sealed | object>(sealed);
    return rows.flatMap(({ id, kind, key, parent, opened: head }, i) => {
      const read = all[i];
      if (read === undefined) return [];
      // Responses written by earlier versions contain their user.
      const { value, user } = 'value' in read ? read : { value: read, user: (read as { user?: string }).user };
      const known = {
        ...(key !== null && { key }),
        ...(parent !== null && { parent }),
        ...(user !== undefined && { user }),
      };
      return [{ id, kind, ...known, head, value: value as Value }];
    });
  }

  async changeHead({ id, key, user }: KeptObject, head: KeptHead): Promise<void> {
    const sealed = await this.#sealHead({ id, user: this.#store.keys.hash(ownerOf({ key, user })), head });
    await this.#database.updateTable('responses').set({ head: sealed }).where('id', '=', id).execute();
  }

  async giveTo({ id, key }: KeptObject, user: string): Promise<void> {
    const nobodys = this.#store.keys.hash(ownerOf({ key }));
    const rows = await this.#database
      .selectFrom('responses')
      .select(HEAD_COLUMNS)
      .where(({ or, eb }) => or([eb('id', '=', id), eb('parent', '=', id)]) as Expression<SqlBool>)
      .where('user', '=', nobodys)
      .execute();
    const heads = await this.#heads(rows);
    const objects = await this.#opened(rows.map((row, i) => ({ ...row, opened: heads[i] ?? {} })));
    for (const object of objects) {
      const { text, head, user: owner } = await this.#rowOf({ ...object, user });
      const changed = { text, head, user: owner };
      await this.#database.updateTable('responses').set(changed).where('id', '=', object.id).execute();
    }
  }

  async remove({ id }: Pick<KeptObject, 'id'>): Promise<void> {
    await this.#database
      .deleteFrom('responses')
      .where(({ or, eb }) => or([eb('id', '=', id), eb('parent', '=', id)]))
      .execute();
  }

  /** A no-op: `attune users erase` deletes them with the user's other data in the store. */
  eraseUser(): void {}
}

function placeOf({ kind, id }: { kind: string; id: string }): string {
  return `${kind} ${id}`;
}

function headPlaceOf(id: string): string {
  return `head ${id}`;
}
