import { z } from '@hono/zod-openapi';
import { defineEndpoint } from '../endpoint.ts';
import { slowJson } from '../replies/slow-json.ts';
import { MOST_INPUTS } from '../schemas/rows.ts';

const history = z.array(z.string()).min(1).max(10_000);

const request = z
  .strictObject({
    model: z.string(),
    items: history.optional().openapi({ description: 'Items the user chose, in order' }),
    rows: z
      .array(z.strictObject({ items: history, user: z.string().optional() }))
      .min(1)
      .max(MOST_INPUTS)
      .optional(),
    count: z.number().int().min(1).max(1000).optional(),
    keep_seen: z.boolean().optional(),
    user: z.string().optional(),
  })
  .refine(({ items, rows }) => (items === undefined) !== (rows === undefined), {
    error: 'needs either items or rows',
    path: ['items'],
  })
  .openapi('RecommendRequest');

const reply = z
  .strictObject({
    object: z.literal('list'),
    model: z.string(),
    data: z.array(
      z.strictObject({
        index: z.number().int(),
        user: z.string().optional(),
        items: z.array(z.strictObject({ item: z.string(), score: z.number() })),
        unknown: z.array(z.string()).optional(),
      }),
    ),
  })
  .openapi('Recommendations');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/recommend',
  tag: 'Other kinds',
  summary: 'Recommend items',
  body: { schema: request },
  reply: { description: 'Items for each row, most likely first', json: reply },
  fields: { prompt: 'rows' },
  handle(call) {
    const { model: name, items, rows = [{ items: items! }], count = 10, keep_seen: keepSeen = false } = call.body;
    const model = call.model(name, 'items');
    call.exchange.describe({ operation: 'recommend', body: call.body });
    return slowJson(call, async (signal): Promise<z.output<typeof reply>> => {
      using _turn = await call.admit({ model: model.id, rows: rows.length, isSerial: true, signal });
      using lease = await call.lease(model);
      const histories = rows.map((row) => row.items);
      const found = await lease.opened.recommend(histories, { count, keepSeen, signal });
      const data = found.map((one, index) => {
        const { user } = rows[index] as { user?: string };
        return {
          index,
          ...(user !== undefined && { user }),
          items: one.items,
          ...(one.unknown !== undefined && { unknown: [...one.unknown] }),
        };
      });
      return { object: 'list', model: name, data };
    });
  },
});
