import type { Call } from '../call.ts';
import { invalidValue } from '../api-error.ts';
import { defineEndpoint } from '../endpoint.ts';
import { responseReply } from '../responses/reply.ts';

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/responses/{response_id}/cancel',
  tag: 'Text',
  summary: 'Cancel a response in the background; there are none, so that what is kept is complete',
  reply: { description: 'The response', json: responseReply },
  handle({ server, params: { response_id: id }, key }: Call) {
    const { response } = server.responses.get(id, key?.name);
    throw invalidValue(
      'response_id',
      `The response '${response.id}' is ${response.status} and cannot be cancelled.`,
      'not_cancellable',
    );
  },
});
