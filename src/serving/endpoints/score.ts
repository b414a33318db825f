import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { invalidValue } from '../api-error.ts';
import { defineEndpoint } from '../endpoint.ts';
import { relevanceOf } from '../ranking/relevance.ts';
import { slowJson } from '../replies/slow-json.ts';
import { now } from '../schemas/common.ts';
import { MOST_INPUTS, refuseEmpty, smallUsage, smallUsageOf } from '../schemas/rows.ts';

const texts = z.union([z.string(), z.array(z.string()).min(1).max(MOST_INPUTS)], 'expected a text, or a list of texts');

const request = z
  .strictObject({ model: z.string(), text_1: texts, text_2: texts, user: z.string().optional() })
  .openapi('ScoreRequest');

const reply = z
  .strictObject({
    id: z.string(),
    object: z.literal('list'),
    created: z.number().int(),
    model: z.string(),
    data: z.array(z.strictObject({ index: z.number().int(), object: z.literal('score'), score: z.number() })),
    usage: smallUsage,
  })
  .openapi('ScoreList');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/score',
  tag: 'Other kinds',
  summary: 'Score how well pairs of texts match',
  body: { schema: request, unsupported: { truncate_prompt_tokens: [], priority: [0] } },
  reply: { description: 'One score per pair', json: reply },
  fields: { prompt: 'text_2' },
  handle(call) {
    const { model: name, text_1: firsts, text_2: seconds } = call.body;
    const model = call.model(name, 'rows', 'vectors');
    const [queries, others] = [[firsts].flat(), [seconds].flat()];
    refuseEmpty('text_1', queries, !Array.isArray(firsts));
    refuseEmpty('text_2', others, !Array.isArray(seconds));
    if (queries.length !== 1 && queries.length !== others.length)
      throw invalidValue(
        'text_2',
        `text_1 has ${queries.length} texts and text_2 has ${others.length}; compare one each, or one with all.`,
      );
    call.exchange.describe({ operation: 'score', body: call.body });
    return slowJson(call, async (signal): Promise<z.output<typeof reply>> => {
      const pairs = others.map((text, i) => ({ query: queries[i] ?? queries[0], text }));
      const { scores, tokens } = await relevanceOf(call, model, { pairs, signal });
      const data = scores.map((score, index) => ({ index, object: 'score' as const, score }));
      const id = `score-${randomUUID().replaceAll('-', '')}`;
      return { id, object: 'list', created: now(), model: name, data, usage: smallUsageOf(tokens) };
    });
  },
});
