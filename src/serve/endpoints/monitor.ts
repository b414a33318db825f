import { z } from '@hono/zod-openapi';
import { reportVersions } from '../../watch/index.ts';
import type { Call } from '../call.ts';
import { defineEndpoint } from '../endpoint.ts';
import { watcherOf } from '../watch/watcher-of.ts';

const report = z.looseObject({ model: z.string(), version: z.string(), answers: z.number().int() });

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/v1/attune/monitor',
  tag: 'Monitoring',
  summary: 'What was measured of the answers of each version, and which alarms are open',
  isAdmin: true,
  reply: {
    description: 'By version, the newest first',
    json: z.strictObject({ object: z.literal('list'), data: z.array(report) }).openapi('MonitorReport'),
  },
  async handle({ server }: Call) {
    const watcher = watcherOf(server);
    await watcher.flush();
    return Response.json({ object: 'list', data: await reportVersions(watcher.store, watcher.options) });
  },
});
