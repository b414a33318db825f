/** Chat completions stored with `store: true`. */
import { z } from '@hono/zod-openapi';
import type { Call } from '../server-call.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { findKept, listKept, type KeptCompletion } from '../kept/kept-objects.ts';
import { listPage, listReply, metadataField, orderField, pageFields, pageReply } from '../replies/lists.ts';
import { readQuery } from '../query.ts';
import { chatReply, type ChatMessage } from '../schemas/chat.ts';
import type { KeptObject } from '../../monitoring/index.ts';

const storedReply = z
  .looseObject({
    ...chatReply.pick({ id: true, object: true, created: true, model: true }).shape,
    choices: z.array(z.looseObject({ index: z.number().int(), finish_reason: z.string() })),
    metadata: z.record(z.string(), z.string()),
  })
  .openapi('StoredChatCompletion');

function entryOf({ head, value: { reply, asked } }: KeptObject<KeptCompletion>) {
  return { ...reply, ...asked, metadata: { ...head.metadata } };
}

const completionOf = (call: Call) => findKept(call, 'completion', call.params.completion_id);

const order = orderField.default('asc');
const listQuery = z.strictObject({
  ...pageFields(20, 100),
  order,
  model: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

const list = defineEndpoint({
  method: 'get',
  path: '/v1/chat/completions',
  tag: 'Text',
  summary: 'List stored chat completions, oldest first',
  query: listQuery,
  reply: { description: 'A page of completions', json: listReply(storedReply, 'StoredChatCompletionList') },
  async handle(call: Call) {
    const { model, metadata, ...page } = readQuery(call, listQuery);
    return pageReply(await listKept(call, { kind: 'completion', model, metadata, page }), page, entryOf);
  },
});

const retrieve = defineEndpoint({
  method: 'get',
  path: '/v1/chat/completions/{completion_id}',
  tag: 'Text',
  summary: 'Get a stored chat completion',
  reply: { description: 'The completion', json: storedReply },
  handle: async (call: Call) => Response.json(entryOf(await completionOf(call))),
});

const update = defineEndpoint({
  method: 'post',
  path: '/v1/chat/completions/{completion_id}',
  tag: 'Text',
  summary: 'Replace the metadata of a stored chat completion',
  body: { schema: z.strictObject({ metadata: metadataField.nullable() }).openapi('StoredChatCompletionUpdate') },
  reply: { description: 'The completion', json: storedReply },
  async handle(call) {
    const completion = await completionOf(call);
    const head = { ...completion.head, metadata: call.body.metadata ?? {} };
    await call.server.kept.changeHead(completion, head);
    return Response.json(entryOf({ ...completion, head }));
  },
});

const remove = defineEndpoint({
  method: 'delete',
  path: '/v1/chat/completions/{completion_id}',
  tag: 'Text',
  summary: 'Delete a stored chat completion',
  reply: {
    description: 'Deleted',
    json: z
      .strictObject({ id: z.string(), object: z.literal('chat.completion.deleted'), deleted: z.literal(true) })
      .openapi('DeletedChatCompletion'),
  },
  async handle(call: Call) {
    const completion = await completionOf(call);
    await call.server.kept.remove(completion);
    return Response.json({ id: completion.id, object: 'chat.completion.deleted', deleted: true });
  },
});

const storedMessage = z
  .looseObject({
    id: z.string(),
    role: z.string(),
    content: z.string().nullable(),
    content_parts: z.array(z.looseObject({ type: z.string() })).nullable(),
  })
  .openapi('StoredChatMessage');

function messageEntry({ content, ...message }: ChatMessage, id: string): z.output<typeof storedMessage> {
  const parts = Array.isArray(content) ? content : null;
  const texts = parts?.flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : []));
  return {
    ...message,
    id,
    content: texts?.join('\n') ?? (content as string | null | undefined) ?? null,
    content_parts: parts,
  };
}

const messagesQuery = z.strictObject({ ...pageFields(20, 100), order });

const messages = defineEndpoint({
  method: 'get',
  path: '/v1/chat/completions/{completion_id}/messages',
  tag: 'Text',
  summary: 'List the prompt messages of a stored chat completion',
  query: messagesQuery,
  reply: { description: 'A page of messages', json: listReply(storedMessage, 'StoredChatMessageList') },
  async handle(call: Call) {
    const { id, value } = await completionOf(call);
    const entries = value.messages.map((message, i) => messageEntry(message, `${id}-${i}`));
    return listPage(entries, readQuery(call, messagesQuery), (entry) => entry);
  },
});

export const endpoints: readonly Endpoint[] = [list, retrieve, update, remove, messages];
