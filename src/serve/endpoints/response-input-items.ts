import { z } from '@hono/zod-openapi';
import type { Call } from '../call.ts';
import { defineEndpoint } from '../endpoint.ts';
import { invalidValue } from '../api-error.ts';
import { isMessage, type InputItem } from '../responses/request.ts';

const reply = z
  .strictObject({
    object: z.literal('list'),
    data: z.array(z.looseObject({ id: z.string(), type: z.string() })),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })
  .openapi('ResponseInputItems');

const MOST = 100;
const USUAL = 20;

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/v1/responses/{response_id}/input_items',
  tag: 'Text',
  summary: 'What the request of a response said, page by page',
  reply: { description: 'Its items, the last first unless order is asc', json: reply },
  async handle({ server, params, key, request }: Call) {
    const { searchParams: query } = new URL(request.url);
    const { input, response } = await server.responses.get(params.response_id, key?.name);
    const all = input.map((item, i) => ({ ...asItem(item), id: idOf(item) ?? `item_${response.id.slice(5)}_${i}` }));
    if (query.get('order') !== 'asc') all.reverse();
    const after = query.get('after');
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
    if (after !== null && from === 0) throw invalidValue('after', `There is no item '${after.slice(0, 100)}'.`);
    const data = all.slice(from, from + limitOf(query.get('limit')));
    const has_more = from + data.length < all.length;
    return Response.json({
      object: 'list',
      data,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more,
    });
  },
});

function asItem(item: InputItem): { type: string } & Record<string, unknown> {
  if (!isMessage(item)) return item;
  const { content } = item;
  const parts = typeof content === 'string' ? [{ type: 'input_text', text: content }] : content;
  return { ...item, type: 'message', content: parts, status: 'completed' };
}

function idOf({ id }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof id === 'string' ? id : undefined;
}

function limitOf(text: string | null): number {
  if (text === null) return USUAL;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw invalidValue('limit', `limit has to be a whole number from 1 to ${MOST}.`);
}
