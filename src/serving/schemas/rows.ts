/** Requests that process many rows at once: embeddings, classification and similar. */
import { z } from '@hono/zod-openapi';
import { invalidValue } from '../api-error.ts';

/** OpenAI's limit. */
export const MOST_INPUTS = 2048;

const tokens = z.array(z.number().int().min(0)).min(1);

export const embeddingInput = z.union(
  [z.string(), z.array(z.string()).min(1).max(MOST_INPUTS), tokens, z.array(tokens).min(1).max(MOST_INPUTS)],
  'expected a text, a list of texts, or tokens',
);

/** Converts any accepted form of input to a list of texts or token lists. */
export function inputsOf(input: z.output<typeof embeddingInput>): (string | number[])[] {
  if (typeof input === 'string') return [input];
  return typeof input[0] === 'number' ? [input as number[]] : (input as (string | number[])[]);
}

/** @throws ApiError 400 that names the index of an empty text, as OpenAI's server does */
export function refuseEmpty(field: string, inputs: readonly (string | readonly number[])[], isOne = false): void {
  const place = inputs.indexOf('');
  if (place < 0) return;
  const param = isOne ? field : `${field}[${place}]`;
  throw invalidValue(param, `${param} is an empty text.`);
}

export const smallUsage = z
  .strictObject({ prompt_tokens: z.number().int(), total_tokens: z.number().int() })
  .openapi('InputUsage');

export function smallUsageOf(tokens: number): z.output<typeof smallUsage> {
  return { prompt_tokens: tokens, total_tokens: tokens };
}
