import { z } from '@hono/zod-openapi';
import type { Call } from '../server-call.ts';
import { ApiError } from '../api-error.ts';
import { defineEndpoint } from '../endpoint.ts';
import { shuttingDown } from '../models/model-pool.ts';

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/ready',
  tag: 'Server',
  summary: 'Readiness check: models are loaded and requests are accepted',
  isOpen: true,
  reply: { description: 'Ready', json: z.strictObject({ status: z.literal('ready') }).openapi('Ready') },
  handle(call: Call) {
    const { isReady, isDraining } = call.server.state;
    if (isDraining) throw shuttingDown();
    const missing = call.server.routes?.missing.names ?? [];
    if (isReady && missing.length > 0) {
      const message = `These models cannot be loaded now; the server retries every minute: ${missing.join(', ')}.`;
      throw new ApiError(503, { message, code: 'model_unavailable', headers: { 'retry-after': '60' } });
    }
    if (isReady) return Response.json({ status: 'ready' });
    throw new ApiError(503, {
      message: 'The models are still loading.',
      code: 'loading',
      headers: { 'retry-after': '1' },
    });
  },
});
