import { z } from '@hono/zod-openapi';
import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';
import { findKept } from '../kept/kept-objects.ts';
import { readQuery } from '../query.ts';
import { listPage, listReply, orderField, pageFields } from '../replies/lists.ts';
import { conversationItem, withId } from '../responses/items.ts';

const query = z.strictObject({ ...pageFields(20, 100), order: orderField, include: z.array(z.string()).optional() });

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/v1/responses/{response_id}/input_items',
  tag: 'Text',
  summary: 'List the input items of a response',
  query,
  reply: {
    description: 'A page of items, newest first unless order is asc',
    json: listReply(conversationItem, 'ResponseInputItems'),
  },
  async handle(call: Call) {
    const { input, response } = (await findKept(call, 'response', call.params.response_id)).value;
    const own = response.id.slice('resp_'.length);
    const items = input.map((item, i) => withId(item, idOf(item) ?? `item_${own}_${i}`));
    return listPage(items, readQuery(call, query), (item) => item);
  },
});

function idOf({ id }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof id === 'string' ? id : undefined;
}
