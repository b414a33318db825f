/** Chat completions: requests and replies. */
import { z } from '@hono/zod-openapi';
import { usageReply } from './common.ts';
import { openObject } from '../nested-fields.ts';
import { samplingFields, streamOptions, unsupportedSampling } from './sampling.ts';

/** Fields of replies that clients send back, and cache hints; none of them changes the prompt. */
const partHints = { annotations: z.array(z.unknown()).nullish(), cache_control: z.unknown().optional() };

const textPart = z.looseObject({
  type: z.enum(['text', 'refusal']),
  text: z.string().optional(),
  refusal: z.string().optional(),
  ...partHints,
});
const otherPart = openObject({ type: z.string() });
const content = z.union([z.string(), z.array(z.union([textPart, otherPart]))], 'expected a text or a list of parts');

const call = z.looseObject({
  id: z.string().optional(),
  type: z.string().optional(),
  index: z.number().int().optional(),
  // OpenAI's SDK adds its parsed value.
  function: z.looseObject({ name: z.string(), arguments: z.unknown(), parsed_arguments: z.unknown().optional() }),
});

const turn = <Role extends string>(role: Role) =>
  z.looseObject({ role: z.literal(role), content, name: z.string().nullish() });

const message = z.discriminatedUnion('role', [
  turn('system'),
  turn('developer'),
  turn('user'),
  z.looseObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    name: z.string().nullish(),
    tool_calls: z.array(call).nullish(),
    reasoning_content: z.string().nullish(),
    // Fields of replies.
    refusal: z.string().nullish(),
    parsed: z.unknown().optional(),
    annotations: z.array(z.unknown()).nullish(),
  }),
  z.looseObject({ role: z.literal('tool'), content, tool_call_id: z.string().nullish(), name: z.string().nullish() }),
]);

export type ChatMessage = z.output<typeof message>;

const toolName = z.string().regex(/^[\w-]{1,64}$/, 'must be letters, digits, - and _, 64 at most');

export const chatTool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: toolName,
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    strict: z.boolean().nullish(),
  }),
});

export type ChatTool = z.output<typeof chatTool>;

const namedTool = z.looseObject({ type: z.literal('function'), function: z.looseObject({ name: z.string() }) });

const toolChoice = z.union(
  [
    z.enum(['none', 'auto', 'required']),
    namedTool,
    z.looseObject({
      type: z.literal('allowed_tools'),
      allowed_tools: z.looseObject({ mode: z.enum(['auto', 'required']), tools: z.array(namedTool).min(1) }),
    }),
  ],
  'expected none, auto, required, or the name of a tool',
);

export type ToolChoice = z.output<typeof toolChoice>;

export const chatRequest = z
  .strictObject({
    model: z.string(),
    messages: z.array(message).min(1).max(10_000),
    max_completion_tokens: z.number().int().min(0).optional(),
    max_tokens: z.number().int().min(0).optional(),
    logprobs: z.boolean().optional(),
    top_logprobs: z.number().int().min(0).max(20).optional(),
    stream: z.boolean().optional(),
    stream_options: streamOptions.optional(),
    tools: z.array(chatTool).max(128).optional(),
    tool_choice: toolChoice.optional(),
    parallel_tool_calls: z.boolean().optional(),
    chat_template_kwargs: z.record(z.string(), z.unknown()).optional(),
    documents: z.array(z.record(z.string(), z.unknown())).optional(),
    add_generation_prompt: z.boolean().optional(),
    continue_final_message: z.boolean().optional(),
    reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).optional(),
    store: z.boolean().optional().openapi({ description: 'Store the completion: GET /v1/chat/completions lists it' }),
    // Hints that do not change answers.
    verbosity: z.enum(['low', 'medium', 'high']).optional(),
    prediction: z.looseObject({ type: z.literal('content'), content }).optional(),
    ...samplingFields,
  })
  .openapi('ChatCompletionRequest');

export type ChatRequest = z.output<typeof chatRequest>;

export const unsupportedChat = {
  ...unsupportedSampling,
  audio: [],
  modalities: [['text']],
  web_search_options: [],
  moderation: [],
  functions: [[]],
  function_call: ['none'],
  echo: [false],
  add_special_tokens: [],
  chat_template: [],
  include_reasoning: [true],
} as const;

const logProb = z.strictObject({ token: z.string(), logprob: z.number(), bytes: z.array(z.number().int()).nullable() });

const logProbEntry = z.strictObject({ ...logProb.shape, top_logprobs: z.array(logProb) });

const logProbs = z.strictObject({ content: z.array(logProbEntry), refusal: z.null() }).nullable();

export type LogProbsReply = z.output<typeof logProbs>;

const callReply = z.strictObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
});

const finishReason = z.enum(['stop', 'length', 'tool_calls']);

export const chatReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.number().int(),
    model: z.string(),
    choices: z.array(
      z.strictObject({
        index: z.number().int(),
        message: z.strictObject({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          refusal: z.null(),
          reasoning_content: z.string().optional(),
          tool_calls: z.array(callReply).optional(),
          annotations: z.array(z.unknown()).max(0),
        }),
        logprobs: logProbs,
        finish_reason: finishReason,
        token_ids: z.array(z.number().int()).optional(),
      }),
    ),
    usage: usageReply,
    metadata: z.record(z.string(), z.string()).optional(),
    service_tier: z.literal('default'),
    system_fingerprint: z.string(),
    prompt_token_ids: z.array(z.number().int()).optional(),
  })
  .openapi('ChatCompletion');

export type ChatReply = z.output<typeof chatReply>;

export const chatChunk = z
  .strictObject({
    id: z.string(),
    object: z.literal('chat.completion.chunk'),
    created: z.number().int(),
    model: z.string(),
    choices: z.array(
      z.strictObject({
        index: z.number().int(),
        delta: z.strictObject({
          role: z.literal('assistant').optional(),
          content: z.string().optional(),
          reasoning_content: z.string().optional(),
          tool_calls: z.array(z.strictObject({ index: z.number().int(), ...callReply.shape })).optional(),
        }),
        logprobs: logProbs,
        finish_reason: finishReason.nullable(),
      }),
    ),
    usage: z.union([usageReply, z.null()]).optional(),
    service_tier: z.literal('default'),
    system_fingerprint: z.string(),
  })
  .openapi('ChatCompletionChunk');

export type ChatChunk = z.output<typeof chatChunk>;
