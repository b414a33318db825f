/** Keeps the most recent responses, completions and conversations in memory. */
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
} from '../../monitoring/index.ts';

/** An object with its items, which are deleted together. */
interface Group {
  ids: Set<string>;
  size: number;
}

export class KeptInMemory implements KeptStore {
  /** In order of insertion. */
  readonly #objects = new Map<string, KeptObject>();
  /** By the id of the group's main object, least recently used first. */
  readonly #groups = new Map<string, Group>();
  #size = 0;

  add(objects: readonly KeptObject[]): Promise<KeptFailure | undefined> {
    const size = objects.reduce((sum, object) => sum + sizeOf(object), 0);
    const parent = objects.find((one) => one.parent !== undefined)?.parent;
    const held = parent === undefined ? undefined : this.#groups.get(parent);
    if ((held?.size ?? 0) + size > MOST_CHARACTERS) return Promise.resolve('too large');
    if (parent !== undefined && held === undefined) return Promise.resolve('gone');
    const known = objects.find(({ id }) => this.#objects.has(id));
    if (known !== undefined) return Promise.reject(new Error(`${known.id} is already stored`));
    for (const object of objects) {
      const group = this.#used(object.parent ?? object.id);
      group.ids.add(object.id);
      group.size += sizeOf(object);
      this.#objects.set(object.id, object);
    }
    this.#size += size;
    for (const id of this.#groups.keys()) {
      if (this.#size <= MOST_CHARACTERS) break;
      this.#remove(id);
    }
    return Promise.resolve(undefined);
  }

  #used(id: string): Group {
    const group = this.#groups.get(id) ?? { ids: new Set(), size: 0 };
    this.#groups.delete(id);
    this.#groups.set(id, group);
    return group;
  }

  find<Value>(kind: KeptKind, id: string, key: string | undefined): Promise<KeptObject<Value> | undefined> {
    const object = this.#objects.get(id);
    if (object === undefined || object.kind !== kind || object.key !== key) return Promise.resolve(undefined);
    this.#used(object.parent ?? id);
    return Promise.resolve(object as KeptObject<Value>);
  }

  list<Value>(wish: KeptWish): Promise<Page<KeptObject<Value>> | undefined> {
    const { kind, key, parent } = wish;
    const { after, limit, order } = wish.page;
    const own = [...this.#objects.values()].filter(
      (one) => one.kind === kind && one.key === key && one.parent === parent,
    );
    if (order === 'desc') own.reverse();
    const start = after === undefined ? 0 : own.findIndex(({ id }) => id === after) + 1;
    if (after !== undefined && start === 0) return Promise.resolve(undefined);
    const found = own.slice(start).filter(({ head }) => matches(head, wish));
    return Promise.resolve({
      rows: found.slice(0, limit) as KeptObject<Value>[],
      hasMore: found.length > limit,
    });
  }

  changeHead({ id }: KeptObject, head: KeptHead): Promise<void> {
    const object = this.#objects.get(id);
    if (object !== undefined) this.#objects.set(id, { ...object, head });
    return Promise.resolve();
  }

  giveTo({ id }: KeptObject, user: string): Promise<void> {
    for (const one of this.#groups.get(id)?.ids ?? []) {
      const object = this.#objects.get(one)!;
      if (object.user === undefined) this.#objects.set(one, { ...object, user });
    }
    return Promise.resolve();
  }

  remove({ id }: Pick<KeptObject, 'id'>): Promise<void> {
    this.#remove(id);
    return Promise.resolve();
  }

  eraseUser(user: string): void {
    for (const [id, object] of this.#objects) if (object.user === user) this.#remove(id);
  }

  #remove(id: string): void {
    const object = this.#objects.get(id);
    const group = this.#groups.get(object?.parent ?? id);
    if (object === undefined || group === undefined) return;
    const gone = object.parent === undefined ? group.ids : new Set([id]);
    for (const one of gone) {
      const size = sizeOf(this.#objects.get(one)!);
      this.#size -= size;
      group.size -= size;
      this.#objects.delete(one);
    }
    if (object.parent === undefined) this.#groups.delete(id);
    else group.ids.delete(id);
  }
}

/** Size of a value. Values are immutable, so it is computed once. */
function sizeOf({ value }: KeptObject): number {
  return JSON.stringify(value).length;
}
