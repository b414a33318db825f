/** Support for `suffix`, the text after a gap, on models trained to fill in the middle. */
import type { InfillPrompt } from '../../answering/generate/prompts.ts';
import { ApiError, invalidValue } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import type { Sampling, Writer } from '../models/opened.ts';
import type { CompletionRequest } from '../schemas/completions.ts';

/**
 * The body without its suffix if that is empty, or if the model does not support it and the settings drop such
 * fields. @throws ApiError 400
 */
export function withFollowedSuffix(call: Call<CompletionRequest>, { description }: Writer): CompletionRequest {
  const { suffix, ...rest } = call.body;
  if (suffix === undefined || suffix === '') return rest;
  if (description.infillStopIds !== undefined) return call.body;
  const { settings, log } = call.server;
  if (settings.unsupported === 'refuse') throw notFollowed(rest.model);
  if (settings.unsupported === 'warn')
    log.warn({ request: call.id, path: '/v1/completions', fields: ['suffix'] }, 'fields ignored');
  return rest;
}

function notFollowed(name: string): ApiError {
  const message =
    `The model '${name}' cannot fill in the middle: its tokenizer has no tokens such as <|fim_prefix|>. ` +
    'Remove suffix, or start the server with --unsupported ignore.';
  return new ApiError(400, { message, param: 'suffix', code: 'unsupported_parameter' });
}

/** Prompts with a gap before the suffix; the prefix may be empty. @throws ApiError 400 */
export function infillPrompts({ prompt, suffix = '', echo }: CompletionRequest): InfillPrompt[] {
  if (echo === true) throw invalidValue('echo', 'echo and suffix cannot be combined.');
  const prefixes = typeof prompt === 'string' ? [prompt] : (prompt ?? []);
  return prefixes.map((prefix) => {
    if (typeof prefix === 'string') return { prefix, suffix };
    throw invalidValue(
      'prompt',
      'suffix can only be combined with a text prompt, not with token ids.',
      'unsupported_value',
    );
  });
}

/** Sampling for infilled text, which ends at the tokenizer's special tokens; a constraint determines its own end. */
export function infillSampling(
  sampling: Sampling,
  { infillStopIds: stopIds }: Writer['description'],
  ignoresEnds: boolean | undefined,
): Sampling {
  if (sampling.constraint !== undefined || ignoresEnds === true || stopIds === undefined) return sampling;
  return { ...sampling, stopIds: [...new Set([...(sampling.stopIds ?? []), ...stopIds])] };
}
