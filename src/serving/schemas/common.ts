/** Parts of replies shared by several endpoints. */
import { z } from '@hono/zod-openapi';

/** Token counts over all answers of a request. */
export interface TokenCounts {
  prompt: number;
  /** Number of prompt tokens found in the cache. */
  shared: number;
  answer: number;
}

export const errorReply = z
  .strictObject({
    error: z.strictObject({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .openapi('Error');

export const usageReply = z
  .strictObject({
    prompt_tokens: z.number().int(),
    completion_tokens: z.number().int(),
    total_tokens: z.number().int(),
    prompt_tokens_details: z.strictObject({ cached_tokens: z.number().int(), audio_tokens: z.number().int() }),
    completion_tokens_details: z.strictObject({
      reasoning_tokens: z.number().int(),
      audio_tokens: z.number().int(),
      accepted_prediction_tokens: z.number().int(),
      rejected_prediction_tokens: z.number().int(),
    }),
  })
  .openapi('Usage');

export type UsageReply = z.output<typeof usageReply>;

export function usageOf({ prompt, shared, answer }: TokenCounts): UsageReply {
  return {
    prompt_tokens: prompt,
    completion_tokens: answer,
    total_tokens: prompt + answer,
    prompt_tokens_details: { cached_tokens: shared, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Seconds since the epoch. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}
