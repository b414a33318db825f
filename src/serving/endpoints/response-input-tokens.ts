import { z } from '@hono/zod-openapi';
import { chatPlan } from '../chat/chat-plan.ts';
import { defineEndpoint } from '../endpoint.ts';
import { saidEarlier } from './responses.ts';
import { slowJson } from '../replies/slow-json.ts';
import { asChat, responsesRequest, unsupportedResponses } from '../responses/responses-request.ts';

const reply = z
  .strictObject({ object: z.literal('response.input_tokens'), input_tokens: z.number().int() })
  .openapi('ResponseInputTokens');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/responses/input_tokens',
  tag: 'Text',
  summary: 'Count the input tokens of a request',
  body: { schema: responsesRequest, unsupported: unsupportedResponses },
  reply: { description: 'The count', json: reply },
  fields: { prompt: 'input', length: 'max_output_tokens', format: 'text.format' },
  async handle(call) {
    const { body } = call;
    const model = call.model(body.model, 'text');
    const earlier = await saidEarlier(call);
    return slowJson(call, async (signal): Promise<z.output<typeof reply>> => {
      using lease = await call.lease(model);
      const plan = await chatPlan(asChat(body, earlier.items), lease.opened, { call });
      const { prompts } = plan.wish;
      const { tokens } = await lease.opened.ask<{ tokens: Int32Array[] }>({ ask: 'tokens', prompts }, signal);
      return { object: 'response.input_tokens', input_tokens: tokens[0].length };
    });
  },
});
