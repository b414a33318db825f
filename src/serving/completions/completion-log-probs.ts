/** Log-probabilities as parallel lists, as in OpenAI's completions. */
import type { ChosenLogProb, PromptToken } from '../../answering/decoding/index.ts';
import { logProbOf } from '../generation/api-log-probs.ts';
import type { CompletionLogProbs } from '../schemas/completions.ts';

/** Log-probabilities with text offsets that start at `offset`; a prompt's first token has none. */
export function completionLogProbs(tokens: readonly (ChosenLogProb | PromptToken)[], offset = 0): CompletionLogProbs {
  const lists: CompletionLogProbs = { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] };
  let place = offset;
  for (const { token, logProb, top } of tokens) {
    lists.tokens.push(token);
    lists.token_logprobs.push(logProb === undefined ? null : logProbOf(logProb));
    lists.top_logprobs.push(logProb === undefined ? null : likeliest({ token, logProb, top }));
    lists.text_offset.push(place);
    place += token.length;
  }
  return lists;
}

/** By token, most likely first, including the sampled token. */
function likeliest({
  token,
  logProb,
  top = [],
}: {
  token: string;
  logProb: number;
  top?: PromptToken['top'];
}): Record<string, number> {
  const entries = top.map((entry) => [entry.token, logProbOf(entry.logProb)] as const);
  return Object.fromEntries([...entries, [token, logProbOf(logProb)] as const]);
}
