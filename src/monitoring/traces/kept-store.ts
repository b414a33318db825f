/** Objects that later requests refer to: responses, chat completions, and conversations with their items. */
import type { Page, PageWish } from '../../store/registry/index.ts';

export type KeptKind = 'response' | 'completion' | 'conversation' | 'item';

/** Fields by which lists are filtered; unlike the others they can be changed. */
export interface KeptHead {
  model?: string;
  metadata?: Readonly<Record<string, string>>;
}

export interface KeptObject<Value = unknown> {
  id: string;
  kind: KeptKind;
  /** API key that created it; other keys cannot see it. */
  key?: string;
  /** User named by the request. */
  user?: string;
  /** Id of the conversation that contains an item; both are deleted together. */
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

/** Why objects were not added: too large, or their conversation no longer exists. */
export type KeptFailure = 'too large' | 'gone';

/** Maximum characters of an object as JSON; for a conversation, including all its items. */
export const MOST_CHARACTERS = 64 * 2 ** 20;

export interface KeptStore {
  /** Adds all objects in this order, or none and returns the reason. Items extend the life of their conversation. */
  add(objects: readonly KeptObject[]): Promise<KeptFailure | undefined>;
  /** Undefined if the object does not exist, or has another kind or key. */
  find<Value>(kind: KeptKind, id: string, key: string | undefined): Promise<KeptObject<Value> | undefined>;
  /** Undefined if `after` is unknown. */
  list<Value>(wish: KeptWish): Promise<Page<KeptObject<Value>> | undefined>;
  changeHead(object: KeptObject, head: KeptHead): Promise<void>;
  /** Assigns an object, and its items that have no user, to a user, so that they are erased together. */
  giveTo(object: KeptObject, user: string): Promise<void>;
  remove(object: Pick<KeptObject, 'id'>): Promise<void>;
  /** Deletes a user's objects. */
  eraseUser(user: string): void;
}

export function matches(head: KeptHead, { model, metadata = {} }: KeptHead): boolean {
  const isOfModel = model === undefined || head.model === model;
  const own = new Map(Object.entries(head.metadata ?? {}));
  return isOfModel && Object.entries(metadata).every(([name, value]) => own.get(name) === value);
}
