/** Completions of plain texts or tokens. */
import { z } from '@hono/zod-openapi';
import { usageReply } from './common.ts';
import { samplingFields, streamOptions, unsupportedSampling } from './sampling.ts';

const tokens = z.array(z.number().int().min(0)).min(1);

/** OpenAI's limit. */
const MOST_PROMPTS = 2048;

export const completionRequest = z
  .strictObject({
    model: z.string(),
    prompt: z
      .union(
        [z.string(), z.array(z.string()).min(1).max(MOST_PROMPTS), tokens, z.array(tokens).min(1).max(MOST_PROMPTS)],
        'expected a text, a list of texts, or tokens',
      )
      .optional(),
    suffix: z.string().optional(),
    max_tokens: z.number().int().min(0).optional(),
    logprobs: z.number().int().min(0).max(20).optional(),
    echo: z.boolean().optional(),
    best_of: z.number().int().min(0).max(20).optional(),
    stream: z.boolean().optional(),
    stream_options: streamOptions.optional(),
    ...samplingFields,
  })
  .openapi('CompletionRequest');

export type CompletionRequest = z.output<typeof completionRequest>;

const { best_of: _bestOf, ...unsupportedCompletions } = unsupportedSampling;

export { unsupportedCompletions };

const logProbs = z
  .strictObject({
    tokens: z.array(z.string()),
    token_logprobs: z.array(z.number().nullable()),
    top_logprobs: z.array(z.record(z.string(), z.number()).nullable()),
    text_offset: z.array(z.number().int()),
  })
  .nullable();

export type CompletionLogProbs = NonNullable<z.output<typeof logProbs>>;

const choice = z.strictObject({
  text: z.string(),
  index: z.number().int(),
  logprobs: logProbs,
  finish_reason: z.enum(['stop', 'length']),
  token_ids: z.array(z.number().int()).optional(),
  prompt_token_ids: z.array(z.number().int()).optional(),
});

const head = {
  id: z.string(),
  object: z.literal('text_completion'),
  created: z.number().int(),
  model: z.string(),
  system_fingerprint: z.string(),
};

export const completionReply = z
  .strictObject({ ...head, choices: z.array(choice), usage: usageReply })
  .openapi('Completion');

export const completionChunk = z
  .strictObject({
    ...head,
    choices: z.array(z.strictObject({ ...choice.shape, finish_reason: choice.shape.finish_reason.nullable() })),
    usage: z.union([usageReply, z.null()]).optional(),
  })
  .openapi('CompletionChunk');

export type CompletionReply = z.output<typeof completionReply>;
export type CompletionChunk = z.output<typeof completionChunk>;
