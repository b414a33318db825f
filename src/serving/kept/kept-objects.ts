/** Objects that endpoints store and look up. */
import { randomUUID } from 'node:crypto';
import type { KeptKind, KeptObject, KeptWish } from '../../monitoring/index.ts';
import type { Page } from '../../store/registry/index.ts';
import { isStoreAway } from '../../store/postgres-failure.ts';
import { ApiError } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import type { ResponseReply } from '../responses/reply.ts';
import type { InputItem } from '../responses/responses-request.ts';
import type { ConversationItem } from '../responses/items.ts';
import type { ChatMessage, ChatReply } from '../schemas/chat.ts';

export interface KeptResponse {
  response: ResponseReply;
  /** Input of the request itself. */
  input: readonly InputItem[];
  /** The whole conversation, including the answer. */
  conversation: readonly InputItem[];
}

export interface KeptCompletion {
  reply: ChatReply;
  /** Request fields other than the messages. */
  asked: Readonly<Record<string, unknown>>;
  messages: readonly ChatMessage[];
}

export interface KeptConversation {
  created_at: number;
}

interface KeptValues {
  response: KeptResponse;
  completion: KeptCompletion;
  conversation: KeptConversation;
  item: ConversationItem;
}

const NAMES: Readonly<Record<KeptKind, string>> = {
  response: 'response',
  completion: 'chat completion',
  conversation: 'conversation',
  item: 'item',
};

/** Finds an object of this key. @throws ApiError 404; 400 if the id is in the body, in the field `param` */
export async function findKept<Kind extends KeptKind>(
  { server, key }: Call,
  kind: Kind,
  id: string,
  param?: string,
): Promise<KeptObject<KeptValues[Kind]>> {
  const found = await server.kept.find<KeptValues[Kind]>(kind, id, key?.name);
  if (found !== undefined) return found;
  throw keptNotFound(kind, id, param);
}

export function keptNotFound(kind: KeptKind, id: string, param?: string): ApiError {
  const message =
    `There is no ${NAMES[kind]} '${id.slice(0, 100)}'. The server keeps recent ones while it runs, ` +
    'or for some days with --keep-responses.';
  const code = `${param === 'previous_response_id' ? 'previous_response' : kind}_not_found`;
  return new ApiError(param === undefined ? 404 : 400, { message, param: param ?? `${kind}_id`, code });
}

/** A page of this key's objects; undefined if `after` is unknown. */
export function listKept<Kind extends KeptKind>(
  { server, key }: Call,
  wish: Omit<KeptWish, 'key' | 'kind'> & { kind: Kind },
): Promise<Page<KeptObject<KeptValues[Kind]>> | undefined> {
  return server.kept.list<KeptValues[Kind]>({ ...wish, key: key?.name });
}

/** All items of a conversation. */
export async function itemsIn(call: Call, conversation: KeptObject): Promise<ConversationItem[]> {
  const page = { limit: Infinity, order: 'asc' as const };
  const found = await listKept(call, { kind: 'item', parent: conversation.id, page });
  return found!.rows.map(({ value }) => value);
}

/** @throws ApiError 404, 400 */
export async function addItems(
  { server, key }: Call,
  conversation: KeptObject,
  items: readonly ConversationItem[],
): Promise<void> {
  if (items.length === 0) return;
  const { id: parent, user } = conversation;
  const shared = { kind: 'item' as const, parent, head: {}, ...(key && { key: key.name }), ...(user && { user }) };
  const failure = await server.kept.add(items.map((value) => ({ ...shared, id: value.id, value })));
  if (failure === 'gone') throw keptNotFound('conversation', parent);
  if (failure === undefined) return;
  const message = `The conversation '${parent}' would exceed the size limit: start a new one.`;
  throw new ApiError(400, { message, param: 'items', code: 'conversation_too_large' });
}

/** `prefix` includes its separator: `resp_`, `chatcmpl-`. */
export function newKeptId(prefix: string): string {
  return `${prefix}${randomUUID().replaceAll('-', '')}`;
}

/** Called before computing an answer that must be stored. @throws AttuneError E_STORE_AWAY */
export async function requireKeeping({ server }: Call): Promise<void> {
  await server.kept.find('response', '', undefined);
}

/**
 * Stores an answer. If the store is unavailable the request fails; other failures are logged. @throws AttuneError
 * E_STORE_AWAY
 */
export async function keepAnswer({ server, key }: Call, object: Omit<KeptObject, 'key'>): Promise<void> {
  try {
    const failure = await server.kept.add([{ ...object, ...(key && { key: key.name }) }]);
    if (failure !== undefined)
      server.log.warn({ [object.kind]: object.id, reason: failure }, 'an answer is not stored');
  } catch (error) {
    if (isStoreAway(error)) throw error;
    server.log.error({ [object.kind]: object.id, err: error }, 'an answer cannot be stored');
  }
}
