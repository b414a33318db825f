import { z } from '@hono/zod-openapi';
import type { Call } from '../call.ts';
import { defineEndpoint } from '../endpoint.ts';

const reply = z
  .strictObject({ id: z.string(), object: z.literal('response'), deleted: z.literal(true) })
  .openapi('DeletedResponse');

export const endpoint = defineEndpoint({
  method: 'delete',
  path: '/v1/responses/{response_id}',
  tag: 'Text',
  summary: 'Forget a response',
  reply: { description: 'It is forgotten', json: reply },
  async handle({ server, params: { response_id: id }, key }: Call) {
    await server.responses.delete(id, key?.name);
    return Response.json({ id, object: 'response', deleted: true });
  },
});
