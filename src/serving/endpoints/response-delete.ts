import { z } from '@hono/zod-openapi';
import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';
import { findKept } from '../kept/kept-objects.ts';

const reply = z
  .strictObject({ id: z.string(), object: z.literal('response'), deleted: z.literal(true) })
  .openapi('DeletedResponse');

export const endpoint = defineEndpoint({
  method: 'delete',
  path: '/v1/responses/{response_id}',
  tag: 'Text',
  summary: 'Delete a response',
  reply: { description: 'Deleted', json: reply },
  async handle(call: Call) {
    const { response_id: id } = call.params;
    await call.server.kept.remove(await findKept(call, 'response', id));
    return Response.json({ id, object: 'response', deleted: true });
  },
});
