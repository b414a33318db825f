/** OpenAI's responses: the replies. */
import { z } from '@hono/zod-openapi';
import type { ToolCallReply } from '../../models/text/tool-calls/answer-reader.ts';
import type { ResponsesRequest } from './responses-request.ts';
import { now, type TokenCounts } from '../schemas/common.ts';

const logProb = z.strictObject({ token: z.string(), logprob: z.number(), bytes: z.array(z.number().int()) });

const outputText = z.strictObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.unknown()).max(0),
  logprobs: z.array(z.strictObject({ ...logProb.shape, top_logprobs: z.array(logProb) })),
});

export type OutputText = z.output<typeof outputText>;

const status = z.enum(['in_progress', 'completed', 'incomplete']);

const messageItem = z.strictObject({
  type: z.literal('message'),
  id: z.string(),
  status,
  role: z.literal('assistant'),
  content: z.array(outputText),
});

const callItem = z.strictObject({
  type: z.literal('function_call'),
  id: z.string(),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
  status,
});

const reasoningItem = z.strictObject({
  type: z.literal('reasoning'),
  id: z.string(),
  summary: z.array(z.unknown()).max(0),
  content: z.array(z.strictObject({ type: z.literal('reasoning_text'), text: z.string() })),
  status,
});

export const outputItem = z.union([messageItem, callItem, reasoningItem]);

export type OutputItem = z.output<typeof outputItem>;

const usage = z.strictObject({
  input_tokens: z.number().int(),
  input_tokens_details: z.strictObject({ cached_tokens: z.number().int(), cache_write_tokens: z.number().int() }),
  output_tokens: z.number().int(),
  output_tokens_details: z.strictObject({ reasoning_tokens: z.number().int() }),
  total_tokens: z.number().int(),
});

export const responseReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('response'),
    created_at: z.number().int(),
    completed_at: z.number().int().nullable(),
    status: z.enum(['in_progress', 'completed', 'incomplete', 'failed', 'cancelled']),
    background: z.literal(false),
    conversation: z.strictObject({ id: z.string() }).nullable(),
    error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
    incomplete_details: z.strictObject({ reason: z.literal('max_output_tokens') }).nullable(),
    instructions: z.string().nullable(),
    max_output_tokens: z.number().int().nullable(),
    metadata: z.record(z.string(), z.string()),
    model: z.string(),
    output: z.array(outputItem),
    parallel_tool_calls: z.boolean(),
    previous_response_id: z.string().nullable(),
    reasoning: z.strictObject({ effort: z.string().nullable(), summary: z.null() }),
    service_tier: z.literal('default'),
    store: z.boolean(),
    temperature: z.number(),
    text: z.strictObject({ format: z.looseObject({ type: z.string() }) }),
    tool_choice: z.union([z.string(), z.looseObject({ type: z.string() })]),
    tools: z.array(z.looseObject({ type: z.literal('function'), name: z.string() })),
    top_p: z.number(),
    truncation: z.enum(['auto', 'disabled']),
    usage: usage.nullable(),
  })
  .openapi('Response');

export type ResponseReply = z.output<typeof responseReply>;

/** A response before anything has been generated. */
export function begunResponse(id: string, body: ResponsesRequest): ResponseReply {
  return {
    id,
    object: 'response',
    created_at: now(),
    completed_at: null,
    status: 'in_progress',
    background: false,
    conversation: conversationIn(body) === undefined ? null : { id: conversationIn(body)! },
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model: body.model,
    output: [],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
    service_tier: 'default',
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: body.text?.format ?? { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: (body.tools ?? []).map((tool) => ({ description: null, parameters: null, strict: null, ...tool })),
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? 'disabled',
    usage: null,
  };
}

/** Id of the conversation that a request continues. */
export function conversationIn({ conversation }: Pick<ResponsesRequest, 'conversation'>): string | undefined {
  return typeof conversation === 'string' ? conversation : conversation?.id;
}

/** The completed response. */
export function endedResponse(
  begun: ResponseReply,
  { output, counts, isCut }: { output: OutputItem[]; counts: TokenCounts; isCut: boolean },
): ResponseReply {
  return {
    ...begun,
    completed_at: isCut ? null : now(),
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output,
    usage: {
      input_tokens: counts.prompt,
      input_tokens_details: { cached_tokens: counts.shared, cache_write_tokens: 0 },
      output_tokens: counts.answer,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: counts.prompt + counts.answer,
    },
  };
}

export function callItemOf(
  { id, function: { name, arguments: given } }: ToolCallReply,
  state: 'in_progress' | 'completed' | 'incomplete',
): Extract<OutputItem, { type: 'function_call' }> {
  const own = id.replace(/^call_/, '');
  return {
    type: 'function_call',
    id: `fc_${own}`,
    call_id: id,
    name,
    arguments: state === 'in_progress' ? '' : given,
    status: state,
  };
}
