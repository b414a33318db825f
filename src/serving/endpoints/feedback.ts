import { z } from '@hono/zod-openapi';
import { ApiError, invalidValue } from '../api-error.ts';
import { defineEndpoint } from '../endpoint.ts';
import { watcherOf } from '../watch/watcher-of.ts';

const MOST = 65_536;
const text = z.string().max(MOST);
const message = z.looseObject({ role: z.string(), content: z.unknown() });

const request = z
  .strictObject({
    completion_id: z
      .string()
      .optional()
      .openapi({ description: 'Id of a chat completion, completion or classification' }),
    response_id: z.string().optional().openapi({ description: 'Id of a response' }),
    choice_index: z.number().int().min(0).default(0).openapi({ description: 'Index of the choice' }),
    score: z
      .union([z.enum(['up', 'down']), z.number()])
      .optional()
      .openapi({ description: 'A thumb, or a number on your own scale' }),
    label: z.string().max(1000).optional().openapi({ description: 'For a classification: the right class' }),
    correction: text.optional().openapi({ description: 'What the answer should have been' }),
    comment: text.optional(),
    user: z.string().max(1000).optional().openapi({ description: 'Who gave the feedback' }),
    prompt: z
      .union([text, z.array(message)])
      .optional()
      .openapi({
        description: 'The question, if the server stores no texts and the feedback should become a training row',
      }),
  })
  .openapi('FeedbackRequest');

const reply = z
  .strictObject({
    id: z.string(),
    object: z.literal('feedback'),
    created: z.number().int(),
    can_train: z.boolean().openapi({ description: 'Whether it can become a training row' }),
  })
  .openapi('Feedback');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/attune/feedback',
  tag: 'Monitoring',
  summary: 'Give feedback on an answer: a rating, the right class or a correction',
  body: { schema: request },
  reply: { description: 'Stored', json: reply },
  async handle(call) {
    const { body, key, server } = call;
    const { completion_id: completion, response_id: response, choice_index: choice, score, ...rest } = body;
    const trace = completion ?? response;
    if (trace === undefined || (completion !== undefined && response !== undefined))
      throw invalidValue('completion_id', 'Identify the answer by completion_id or response_id.');
    if ([score, rest.label, rest.correction, rest.comment].every((one) => one === undefined))
      throw invalidValue('score', 'Give at least one of score, label, correction or comment.');
    const receipt = await watcherOf(server).feedback({
      ...rest,
      trace,
      choice,
      ...(key !== undefined && { key: key.name, isAdmin: key.admin === true }),
      ...(typeof score === 'number' ? { score } : score !== undefined && { thumb: score }),
    });
    if (receipt === undefined) {
      const field = completion === undefined ? 'response_id' : 'completion_id';
      const told = `There is no answer '${trace.slice(0, 100)}'${choice === 0 ? '' : ` with a choice ${choice}`}, or it has expired.`;
      throw new ApiError(404, { message: told, param: field, code: 'answer_not_found' });
    }
    const { id, created, canTrain } = receipt;
    return Response.json({ id, object: 'feedback', created, can_train: canTrain });
  },
});
