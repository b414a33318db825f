import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';
import { findKept } from '../kept/kept-objects.ts';
import { responseReply } from '../responses/reply.ts';

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/responses/{response_id}/cancel',
  tag: 'Text',
  summary: 'Get a stored response: none runs in the background, so there is nothing to cancel',
  reply: { description: 'The response', json: responseReply },
  handle: async (call: Call) =>
    Response.json((await findKept(call, 'response', call.params.response_id)).value.response),
});
