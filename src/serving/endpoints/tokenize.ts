/** Tokenisation and detokenisation, with vLLM's request bodies. */
import { z } from '@hono/zod-openapi';
import type { Prompt } from '../../answering/generate/prompts.ts';
import { invalidValue } from '../api-error.ts';
import { chatPlan } from '../chat/chat-plan.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import type { Writer } from '../models/opened.ts';
import { slowJson } from '../replies/slow-json.ts';
import { chatRequest, type ChatRequest } from '../schemas/chat.ts';

const { messages, tools, chat_template_kwargs, add_generation_prompt, continue_final_message } = chatRequest.shape;

const tokenizeRequest = z
  .strictObject({
    model: z.string(),
    prompt: z.string().optional(),
    messages: messages.optional(),
    tools,
    chat_template_kwargs,
    add_generation_prompt,
    continue_final_message,
    return_token_strs: z.boolean().optional(),
  })
  .openapi('TokenizeRequest');

const tokenizeReply = z
  .strictObject({
    count: z.number().int(),
    max_model_len: z.number().int(),
    tokens: z.array(z.number().int()),
    token_strs: z.array(z.string()).nullable(),
  })
  .openapi('Tokens');

const tokenize = defineEndpoint({
  method: 'post',
  path: '/tokenize',
  tag: 'Text',
  summary: 'Tokenize a text, or a conversation as rendered for the model',
  body: { schema: tokenizeRequest, unsupported: { add_special_tokens: [true] } },
  reply: { description: 'Token ids', json: tokenizeReply },
  fields: { prompt: 'prompt' },
  handle(call) {
    const { body } = call;
    const model = call.model(body.model, 'text');
    if ((body.prompt === undefined) === (body.messages === undefined))
      throw invalidValue('prompt', 'Send either prompt or messages.', 'missing_required_parameter');
    return slowJson(call, async (signal): Promise<z.output<typeof tokenizeReply>> => {
      using lease = await call.lease(model);
      const { opened } = lease;
      const prompt = await promptOf(call, opened, signal);
      const question = { ask: 'tokens', prompts: [prompt] } as const;
      const { tokens: all } = await opened.ask<{ tokens: Int32Array[] }>(question, signal);
      const tokens = [...all[0]];
      const strings =
        body.return_token_strs === true
          ? await textsOf(
              opened,
              tokens.map((id) => [id]),
              signal,
            )
          : null;
      const { maxPositions } = opened.description;
      return { count: tokens.length, max_model_len: maxPositions, tokens, token_strs: strings };
    });
  },
});

async function promptOf(
  call: Call<z.output<typeof tokenizeRequest>>,
  writer: Writer,
  signal: AbortSignal,
): Promise<Prompt> {
  const { prompt, messages: given, return_token_strs: _, ...asked } = call.body;
  if (given === undefined) return prompt!;
  const plan = await chatPlan({ ...asked, messages: given } as ChatRequest, writer, { call, signal });
  return plan.wish.prompts[0];
}

async function textsOf(writer: Writer, ids: readonly (readonly number[])[], signal: AbortSignal): Promise<string[]> {
  return (await writer.ask<{ texts: string[] }>({ ask: 'texts', ids }, signal)).texts;
}

const detokenizeRequest = z
  .strictObject({ model: z.string(), tokens: z.array(z.number().int().min(0)).max(1_000_000) })
  .openapi('DetokenizeRequest');

const detokenizeReply = z.strictObject({ prompt: z.string() }).openapi('Detokenized');

const detokenize = defineEndpoint({
  method: 'post',
  path: '/detokenize',
  tag: 'Text',
  summary: 'Decode token ids',
  body: { schema: detokenizeRequest },
  reply: { description: 'The text', json: detokenizeReply },
  handle(call) {
    const { tokens } = call.body;
    const model = call.model(call.body.model, 'text');
    return slowJson(call, async (signal): Promise<z.output<typeof detokenizeReply>> => {
      using lease = await call.lease(model);
      const { vocabularySize } = lease.opened.description;
      const wrong = tokens.findIndex((id) => id >= vocabularySize);
      if (wrong >= 0)
        throw invalidValue(
          `tokens[${wrong}]`,
          `The model's vocabulary has ${vocabularySize} tokens; ${tokens[wrong]} is not one of them.`,
        );
      const [prompt] = await textsOf(lease.opened, [tokens], signal);
      return { prompt };
    });
  },
});

export const endpoints: readonly Endpoint[] = [tokenize, detokenize];
