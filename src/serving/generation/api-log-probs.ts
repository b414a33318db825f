/** Log-probabilities in the API's forms. */
import type { ChosenLogProb, TokenLogProb } from '../../answering/decoding/index.ts';
import type { LogProbsReply } from '../schemas/chat.ts';

/** Replaces minus infinity, which JSON cannot express. */
const IMPOSSIBLE = -9999;

export function logProbOf(value: number): number {
  return Number.isFinite(value) ? value : IMPOSSIBLE;
}

const UNFINISHED = '\ufffd';

/** Log-probabilities of a chat completion; null unless requested. */
export function chatLogProbs(logProbs: readonly ChosenLogProb[] | undefined): LogProbsReply {
  if (logProbs === undefined) return null;
  const content = logProbs.map(({ top, ...chosen }) => ({ ...entryOf(chosen), top_logprobs: top.map(entryOf) }));
  return { content, refusal: null };
}

/** The bytes of a partial character cannot be derived from its text. */
function entryOf({ token, logProb }: TokenLogProb): { token: string; logprob: number; bytes: number[] | null } {
  const bytes = token.includes(UNFINISHED) ? null : [...new TextEncoder().encode(token)];
  return { token, logprob: logProbOf(logProb), bytes };
}
