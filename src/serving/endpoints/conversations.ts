/** Conversations that responses continue. */
import { z } from '@hono/zod-openapi';
import type { Call } from '../server-call.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { addItems, findKept, keptNotFound, listKept, newKeptId, type KeptConversation } from '../kept/kept-objects.ts';
import { listPage, listReply, metadataField, orderField, pageFields, pageReply } from '../replies/lists.ts';
import { readQuery } from '../query.ts';
import { conversationItem, newItems } from '../responses/items.ts';
import { inputItem } from '../responses/responses-request.ts';
import { now } from '../schemas/common.ts';
import type { KeptObject } from '../../monitoring/index.ts';

const items = z.array(inputItem).max(20);

const conversationReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('conversation'),
    created_at: z.number().int(),
    metadata: z.record(z.string(), z.string()),
  })
  .openapi('Conversation');

function entryOf({ id, head, value }: KeptObject<KeptConversation>): z.output<typeof conversationReply> {
  return { id, object: 'conversation', created_at: value.created_at, metadata: { ...head.metadata } };
}

const conversationOf = (call: Call) => findKept(call, 'conversation', call.params.conversation_id);

const create = defineEndpoint({
  method: 'post',
  path: '/v1/conversations',
  tag: 'Text',
  summary: 'Create a conversation',
  body: {
    schema: z
      .strictObject({ items: items.optional(), metadata: metadataField.optional() })
      .openapi('ConversationRequest'),
  },
  reply: { description: 'The conversation', json: conversationReply },
  async handle(call) {
    const { key, server } = call;
    const { items: given = [], metadata = {} } = call.body;
    const said = newItems(given);
    const object = {
      id: newKeptId('conv_'),
      kind: 'conversation' as const,
      ...(key && { key: key.name }),
      head: { metadata },
      value: { created_at: now() },
    };
    await server.kept.add([object]);
    await addItems(call, object, said);
    return Response.json(entryOf(object));
  },
});

const retrieve = defineEndpoint({
  method: 'get',
  path: '/v1/conversations/{conversation_id}',
  tag: 'Text',
  summary: 'Get a conversation',
  reply: { description: 'The conversation', json: conversationReply },
  handle: async (call: Call) => Response.json(entryOf(await conversationOf(call))),
});

const update = defineEndpoint({
  method: 'post',
  path: '/v1/conversations/{conversation_id}',
  tag: 'Text',
  summary: "Replace a conversation's metadata",
  body: { schema: z.strictObject({ metadata: metadataField.nullable() }).openapi('ConversationUpdate') },
  reply: { description: 'The conversation', json: conversationReply },
  async handle(call) {
    const conversation = await conversationOf(call);
    const head = { metadata: call.body.metadata ?? {} };
    await call.server.kept.changeHead(conversation, head);
    return Response.json(entryOf({ ...conversation, head }));
  },
});

const remove = defineEndpoint({
  method: 'delete',
  path: '/v1/conversations/{conversation_id}',
  tag: 'Text',
  summary: 'Delete a conversation and its items',
  reply: {
    description: 'Deleted',
    json: z
      .strictObject({ id: z.string(), object: z.literal('conversation.deleted'), deleted: z.literal(true) })
      .openapi('DeletedConversation'),
  },
  async handle(call: Call) {
    const conversation = await conversationOf(call);
    await call.server.kept.remove(conversation);
    return Response.json({ id: conversation.id, object: 'conversation.deleted', deleted: true });
  },
});

const include = z.array(z.string()).optional();
const itemList = listReply(conversationItem, 'ConversationItemList');

const createItems = defineEndpoint({
  method: 'post',
  path: '/v1/conversations/{conversation_id}/items',
  tag: 'Text',
  summary: 'Add items to a conversation',
  query: z.strictObject({ include }),
  body: { schema: z.strictObject({ items: items.min(1) }).openapi('ConversationItemsRequest') },
  reply: { description: 'The items', json: itemList },
  async handle(call) {
    const conversation = await conversationOf(call);
    const added = newItems(call.body.items);
    await addItems(call, conversation, added);
    return listPage(added, { limit: added.length, order: 'asc' }, (item) => item);
  },
});

const listQuery = z.strictObject({ ...pageFields(20, 100), order: orderField, include });

const listItems = defineEndpoint({
  method: 'get',
  path: '/v1/conversations/{conversation_id}/items',
  tag: 'Text',
  summary: 'List the items of a conversation, newest first',
  query: listQuery,
  reply: { description: 'A page of items', json: itemList },
  async handle(call: Call) {
    const { id: parent } = await conversationOf(call);
    const page = readQuery(call, listQuery);
    return pageReply(await listKept(call, { kind: 'item', parent, page }), page, ({ value }) => value);
  },
});

/** @throws ApiError 404, also for an item of another conversation */
async function itemOf(call: Call) {
  const conversation = await conversationOf(call);
  const item = await findKept(call, 'item', call.params.item_id);
  if (item.parent !== conversation.id) throw keptNotFound('item', item.id);
  return { conversation, item };
}

const retrieveItem = defineEndpoint({
  method: 'get',
  path: '/v1/conversations/{conversation_id}/items/{item_id}',
  tag: 'Text',
  summary: 'Get an item of a conversation',
  query: z.strictObject({ include }),
  reply: { description: 'The item', json: conversationItem },
  handle: async (call: Call) => Response.json((await itemOf(call)).item.value),
});

const removeItem = defineEndpoint({
  method: 'delete',
  path: '/v1/conversations/{conversation_id}/items/{item_id}',
  tag: 'Text',
  summary: 'Delete an item of a conversation',
  reply: { description: 'The conversation without it', json: conversationReply },
  async handle(call: Call) {
    const { conversation, item } = await itemOf(call);
    await call.server.kept.remove(item);
    return Response.json(entryOf(conversation));
  },
});

export const endpoints: readonly Endpoint[] = [
  create,
  retrieve,
  update,
  remove,
  createItems,
  listItems,
  retrieveItem,
  removeItem,
];
