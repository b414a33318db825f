import { z } from '@hono/zod-openapi';
import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/openapi.json',
  tag: 'Server',
  summary: 'This OpenAPI document',
  isOpen: true,
  reply: { description: 'The document', json: z.looseObject({ openapi: z.string() }) },
  handle: ({ server }: Call) => Response.json(server.document()),
});
