/** Objects that later requests come back to: responses, chat completions, and conversations with their items. */
import type { Page, PageWish } from '../../store/registry/index.ts';

export type KeptKind = 'response' | 'completion' | 'conversation' | 'item';

/** Fields that lists filter by; unlike the rest they may be changed. */
export interface KeptHead {
  model?: string;
  metadata?: Readonly<Record<string, string>>;
}

export interface KeptObject<Value = unknown> {
  id: string;
  kind: KeptKind;
  /** Name of the API key that made it: it does not exist for other keys. */
  key?: string;
  /** User named by the request. */
  user?: string;
  /** Id of the conversation that an item belongs to and is deleted with. */
  parent?: string;
  head: KeptHead;
  value: Value;
}

export interface KeptWish extends KeptHead {
  kind: KeptKind;
  key: string | undefined;
  parent?: string;
  page: PageWish;
}

/** Why objects were not added: the store would hold too much of one, or their conversation is gone. */
export type KeptFailure = 'too large' | 'gone';

/** Characters that an object may have in JSON; a conversation with all its items. */
export const MOST_CHARACTERS = 64 * 2 ** 20;

export interface KeptStore {
  /** Adds objects in this order: all of them, or none and the reason. Items prolong the life of their conversation. */
  add(objects: readonly KeptObject[]): Promise<KeptFailure | undefined>;
  /** Undefined for an object of another kind or key. */
  find<Value>(kind: KeptKind, id: string, key: string | undefined): Promise<KeptObject<Value> | undefined>;
  /** Undefined for a page after an unknown object. */
  list<Value>(wish: KeptWish): Promise<Page<KeptObject<Value>> | undefined>;
  changeHead(object: KeptObject, head: KeptHead): Promise<void>;
  /** Gives an object without a user, and those of its items that have none, to one: they are erased together. */
  giveTo(object: KeptObject, user: string): Promise<void>;
  remove(object: Pick<KeptObject, 'id'>): Promise<void>;
  /** Forgets what was kept for a user. */
  eraseUser(user: string): void;
}

export function matches(head: KeptHead, { model, metadata = {} }: KeptHead): boolean {
  const isOfModel = model === undefined || head.model === model;
  const own = new Map(Object.entries(head.metadata ?? {}));
  return isOfModel && Object.entries(metadata).every(([name, value]) => own.get(name) === value);
}
