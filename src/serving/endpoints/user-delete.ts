import { z } from '@hono/zod-openapi';
import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';
import { watcherOf } from '../watch/watcher-of.ts';

const reply = z
  .strictObject({
    id: z.string(),
    object: z.literal('user'),
    deleted: z.literal(true),
    answers: z.number().int(),
    feedback: z.number().int(),
    rows: z.number().int().openapi({ description: 'Of data sets that `attune improve` made' }),
    models: z.array(z.string()).openapi({ description: 'Versions that were trained on them' }),
  })
  .openapi('DeletedUser');

export const endpoint = defineEndpoint({
  method: 'delete',
  path: '/v1/attune/users/{user}',
  tag: 'Monitoring',
  summary: 'Forget a user: what was kept of their answers, and the key by which it can be read',
  isAdmin: true,
  reply: { description: 'They are forgotten', json: reply },
  async handle({ server, params: { user } }: Call) {
    server.kept.eraseUser(user);
    const { traces, feedback, rows, models } = await watcherOf(server).eraseUser(user);
    return Response.json({ id: user, object: 'user', deleted: true, answers: traces, feedback, rows, models });
  },
});
