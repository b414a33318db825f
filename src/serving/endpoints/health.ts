import { z } from '@hono/zod-openapi';
import { defineEndpoint } from '../endpoint.ts';

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/health',
  tag: 'Server',
  summary: 'Liveness check',
  isOpen: true,
  reply: { description: 'The server is running', json: z.strictObject({ status: z.literal('ok') }).openapi('Health') },
  handle: () => Response.json({ status: 'ok' }),
});
