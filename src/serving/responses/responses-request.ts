/** OpenAI's responses: the requests, converted to chats. */
import { z } from '@hono/zod-openapi';
import { invalidValue } from '../api-error.ts';
import { openObject } from '../nested-fields.ts';
import { metadataField } from '../replies/lists.ts';
import type { ChatMessage, ChatRequest, ToolChoice } from '../schemas/chat.ts';
import { prompt_cache_retention, streamOptions } from '../schemas/sampling.ts';

const textPart = z.looseObject({
  type: z.enum(['input_text', 'output_text', 'text', 'refusal', 'reasoning_text', 'summary_text']),
  text: z.string().optional(),
  refusal: z.string().optional(),
  // Present in replies.
  annotations: z.array(z.unknown()).nullish(),
  logprobs: z.array(z.unknown()).nullish(),
});
const part = z.union([textPart, openObject({ type: z.string() })]);

const itemContent = z.union([z.string(), z.array(part)], 'expected a text or a list of parts');

/** Fields of replies that clients send back. */
const itemHints = { id: z.string().nullish(), status: z.string().nullish(), phase: z.string().nullish() };

export const inputItem = z.union(
  [
    z.looseObject({
      type: z.literal('message').optional(),
      role: z.enum(['user', 'assistant', 'system', 'developer']),
      content: itemContent,
      ...itemHints,
    }),
    z.looseObject({
      type: z.literal('function_call'),
      call_id: z.string(),
      name: z.string(),
      arguments: z.string(),
      // OpenAI's SDK adds its parsed value.
      parsed_arguments: z.unknown().optional(),
      ...itemHints,
    }),
    z.looseObject({
      type: z.literal('function_call_output'),
      call_id: z.string(),
      output: itemContent,
      ...itemHints,
    }),
    openObject({ type: z.literal('reasoning'), id: z.string().optional() }),
    z.looseObject({ type: z.literal('item_reference'), id: z.string() }),
  ],
  'expected a message, a function_call or a function_call_output',
);

export type InputItem = z.output<typeof inputItem>;

const tool = z.looseObject({
  type: z.literal('function', 'must be function: the server runs no tools'),
  name: z.string().regex(/^[\w-]{1,64}$/, 'must be letters, digits, - and _, 64 at most'),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
});

const named = z.looseObject({ type: z.literal('function'), name: z.string() });

const toolChoice = z.union(
  [
    z.enum(['none', 'auto', 'required']),
    named,
    z.looseObject({
      type: z.literal('allowed_tools'),
      mode: z.enum(['auto', 'required']),
      tools: z.array(named).min(1),
    }),
  ],
  'expected none, auto, required, or the name of a tool',
);

const textFormat = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object'), schema: z.record(z.string(), z.unknown()).nullish() }),
  z.looseObject({
    type: z.literal('json_schema'),
    name: z.string().regex(/^[\w-]{1,64}$/, 'must be letters, digits, - and _, 64 at most'),
    schema: z.record(z.string(), z.unknown()),
    strict: z.boolean().nullish(),
    description: z.string().nullish(),
  }),
]);

export const responsesRequest = z
  .strictObject({
    model: z.string(),
    input: z.union([z.string(), z.array(inputItem).max(10_000)], 'expected a text or a list of items').optional(),
    instructions: z.string().optional(),
    previous_response_id: z.string().optional(),
    conversation: z
      .union([z.string(), z.looseObject({ id: z.string() })], 'expected the id of a conversation, or {id}')
      .optional(),
    max_output_tokens: z.number().int().min(16).optional(),
    temperature: z.number().min(0).max(2).optional(),
    top_p: z.number().min(0).max(1).optional(),
    tools: z.array(tool).max(128).optional(),
    tool_choice: toolChoice.optional(),
    parallel_tool_calls: z.boolean().optional(),
    text: z
      .looseObject({ format: textFormat.nullish(), verbosity: z.enum(['low', 'medium', 'high']).nullish() })
      .optional(),
    stream: z.boolean().optional(),
    store: z.boolean().optional(),
    metadata: metadataField.optional(),
    include: z.array(z.string()).optional(),
    top_logprobs: z.number().int().min(0).max(20).optional(),
    reasoning: z
      .looseObject({
        effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
        summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
        generate_summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
      })
      .optional(),
    // Prompts are never truncated; prompts that are too long are rejected.
    truncation: z.enum(['auto', 'disabled']).optional(),
    // Tools are not run here.
    max_tool_calls: z.number().int().min(1).optional(),
    stream_options: streamOptions.optional(),
    prompt_cache_retention,
    user: z.string().optional(),
    safety_identifier: z.string().optional(),
    prompt_cache_key: z.string().optional(),
    // vLLM's fields.
    top_k: z.number().int().min(-1).optional(),
    seed: z.number().refine(Number.isInteger, 'must be a whole number').optional(),
    chat_template_kwargs: z.record(z.string(), z.unknown()).optional(),
    cache_salt: z.string().min(1).max(256).optional(),
  })
  .openapi('ResponseRequest');

export type ResponsesRequest = z.output<typeof responsesRequest>;

export const unsupportedResponses = {
  background: [false],
  context_management: [],
  prompt: [],
  prompt_cache_options: [],
  moderation: [],
  service_tier: ['auto', 'default'],
  priority: [0],
} as const;

/** The request as a chat that includes the earlier items. @throws ApiError 400 */
export function asChat(body: ResponsesRequest, earlier: readonly InputItem[]): ChatRequest {
  const { instructions, tools, tool_choice: choice, text, reasoning, top_logprobs: top, include = [] } = body;
  const items = [...earlier, ...itemsOf(body)];
  const messages = messagesOf(items);
  if (messages.length === 0) throw invalidValue('input', 'input is missing.', 'missing_required_parameter');
  const system: ChatMessage[] = instructions === undefined ? [] : [{ role: 'system', content: instructions }];
  const logprobs = top !== undefined || include.includes('message.output_text.logprobs');
  const effort = reasoning?.effort ?? undefined;
  return {
    model: body.model,
    messages: [...system, ...messages],
    ...(body.max_output_tokens !== undefined && { max_completion_tokens: body.max_output_tokens }),
    ...pick(body, [
      'temperature',
      'top_p',
      'top_k',
      'seed',
      'chat_template_kwargs',
      'cache_salt',
      'parallel_tool_calls',
    ]),
    ...(tools !== undefined && { tools: tools.map(({ type, ...own }) => ({ type, function: own })) }),
    ...(choice !== undefined && { tool_choice: chatChoice(choice) }),
    ...(text?.format !== undefined && text.format !== null && { response_format: chatFormat(text.format) }),
    ...(effort !== undefined && { reasoning_effort: effort }),
    ...(logprobs && { logprobs, top_logprobs: top ?? 0 }),
  };
}

function pick<Value extends object, Name extends keyof Value>(value: Value, names: readonly Name[]): Pick<Value, Name> {
  return Object.fromEntries(names.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]]))) as Pick<
    Value,
    Name
  >;
}

/** Items that a request adds to the conversation. */
export function itemsOf({ input = [] }: Pick<ResponsesRequest, 'input'>): InputItem[] {
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : input;
}

function chatChoice(choice: NonNullable<ResponsesRequest['tool_choice']>): ToolChoice {
  if (typeof choice === 'string') return choice;
  if (choice.type === 'function') return { type: 'function', function: { name: choice.name } };
  const tools = choice.tools.map(({ type, name }) => ({ type, function: { name } }));
  return { type: 'allowed_tools', allowed_tools: { mode: choice.mode, tools } };
}

function chatFormat(format: z.output<typeof textFormat>): NonNullable<ChatRequest['response_format']> {
  if (format.type !== 'json_schema') return format;
  const { type, name, schema } = format;
  return { type, json_schema: { name, schema } };
}

export type MessageItem = Extract<InputItem, { role: string }>;

/** The type of a message is optional. */
export function isMessage(item: InputItem): item is MessageItem {
  return item.type === undefined || item.type === 'message';
}

/** Consecutive calls form one turn of the model. */
function messagesOf(items: readonly InputItem[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  for (const [i, item] of items.entries()) {
    if (isMessage(item)) messages.push({ role: item.role, content: textOf(item.content, `input[${i}].content`) });
    else if (item.type === 'function_call') addCall(messages, item);
    else if (item.type === 'function_call_output')
      messages.push({ role: 'tool', tool_call_id: item.call_id, content: textOf(item.output, `input[${i}].output`) });
    else if (item.type === 'item_reference')
      throw invalidValue(
        `input[${i}]`,
        'Refer to items of earlier responses by previous_response_id.',
        'unsupported_value',
      );
  }
  return messages;
}

function addCall(
  messages: ChatMessage[],
  { call_id: id, name, arguments: given }: Extract<InputItem, { type: 'function_call' }>,
): void {
  const call = { id, type: 'function', function: { name, arguments: given } };
  const last = messages.at(-1);
  if (last?.role === 'assistant') last.tool_calls = [...(last.tool_calls ?? []), call];
  else messages.push({ role: 'assistant', content: '', tool_calls: [call] });
}

const TEXTS = new Set(['input_text', 'output_text', 'text', 'refusal']);

function textOf(content: z.output<typeof itemContent>, field: string): string {
  if (typeof content === 'string') return content;
  const texts = content.map(({ type, text, refusal }, i) => {
    if (TEXTS.has(type)) return text ?? refusal ?? '';
    throw invalidValue(
      `${field}[${i}]`,
      `The model reads text, but ${field}[${i}] is ${JSON.stringify(type)}.`,
      'unsupported_value',
    );
  });
  return texts.join('\n');
}
