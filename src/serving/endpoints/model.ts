import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';
import { modelEntry, modelReply } from './models.ts';

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/v1/models/{model}',
  tag: 'Models',
  summary: 'Get a model',
  reply: { description: 'The model', json: modelReply },
  handle(call: Call) {
    const { model: name } = call.params;
    const model = call.model(name, 'text', 'speech', 'rows', 'vectors', 'items', 'upstream');
    return Response.json(modelEntry(name, model, call.server.settings));
  },
});
