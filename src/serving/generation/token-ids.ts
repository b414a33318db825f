import { invalidValue } from '../api-error.ts';
import type { Writer } from '../models/opened.ts';
import type { Wish } from './generation.ts';

/** Token ids of a request's prompts, if it asks for them. */
export async function promptIds(
  { return_token_ids: isAsked }: { return_token_ids?: boolean },
  { writer, wish, signal }: { writer: Writer; wish: Wish; signal: AbortSignal },
): Promise<number[][] | undefined> {
  if (isAsked !== true) return undefined;
  const { prompts } = wish;
  const { tokens } = await writer.ask<{ tokens: Int32Array[] }>({ ask: 'tokens', prompts }, signal);
  return tokens.map((ids) => [...ids]);
}

/** @throws ApiError 400 if a streamed request asks for token ids: streams contain text only */
export function refuseStreamedIds({ return_token_ids: isAsked }: { return_token_ids?: boolean }): void {
  if (isAsked === true)
    throw invalidValue(
      'return_token_ids',
      'Token ids are only returned for complete answers, not for streams.',
      'unsupported_value',
    );
}
