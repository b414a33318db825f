import type { Call } from '../call.ts';
import { defineEndpoint } from '../endpoint.ts';
import { responseReply } from '../responses/reply.ts';

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/v1/responses/{response_id}',
  tag: 'Text',
  summary: 'A response that is kept',
  reply: { description: 'The response', json: responseReply },
  handle: async ({ server, params, key }: Call) =>
    Response.json((await server.responses.get(params.response_id, key?.name)).response),
});
