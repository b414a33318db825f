import { z } from '@hono/zod-openapi';
import { defineEndpoint } from '../endpoint.ts';

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/health',
  tag: 'Server',
  summary: 'Whether the server answers at all',
  isOpen: true,
  reply: { description: 'It does', json: z.strictObject({ status: z.literal('ok') }).openapi('Health') },
  handle: () => Response.json({ status: 'ok' }),
});
