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
    rows: z.number().int().openapi({ description: 'Rows of data sets made by `attune improve`' }),
    models: z.array(z.string()).openapi({ description: 'Versions that were trained on them' }),
  })
  .openapi('DeletedUser');

export const endpoint = defineEndpoint({
  method: 'delete',
  path: '/v1/attune/users/{user}',
  tag: 'Monitoring',
  summary: 'Erase a user: stored data about their answers, and the key that decrypts it',
  isAdmin: true,
  reply: { description: 'Erased', json: reply },
  async handle({ server, params: { user } }: Call) {
    server.kept.eraseUser(user);
    const { traces, feedback, rows, models } = await watcherOf(server).eraseUser(user);
    return Response.json({ id: user, object: 'user', deleted: true, answers: traces, feedback, rows, models });
  },
});
