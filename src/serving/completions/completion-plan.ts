/** Plan of a completion request. */
import type { Prompt } from '../../answering/generate/prompts.ts';
import { invalidValue } from '../api-error.ts';
import type { Wish } from '../generation/generation.ts';
import type { Writer } from '../models/opened.ts';
import type { CompletionRequest } from '../schemas/completions.ts';
import { samplingOf } from '../schemas/sampling.ts';
import { infillPrompts, infillSampling } from './infill-prompts.ts';

/** OpenAI's default for max_tokens. */
const USUAL_LENGTH = 16;

export interface CompletionPlan {
  wish: Wish;
  /** Number of answers returned per prompt: the most likely ones of those generated. */
  n: number;
  made: number;
  /** Whether each answer is preceded by its prompt. */
  echoes: boolean;
  /** Number of most likely tokens to return at each position. */
  top?: number;
}

/** @throws ApiError 400 */
export function completionPlan(body: CompletionRequest, { description }: Writer): CompletionPlan {
  const { n = 1, best_of: bestOf = 1, logprobs: top, echo = false, stream } = body;
  const made = Math.max(n, bestOf);
  if (body.prompt === undefined) throw invalidValue('prompt', 'prompt is missing.', 'missing_required_parameter');
  if (bestOf > 1 && bestOf < n) throw invalidValue('best_of', `best_of is ${bestOf}, which is less than n (${n}).`);
  if (made > n && stream === true) throw invalidValue('best_of', 'best_of above n cannot be streamed.');
  const usual = samplingOf(body, description, body.max_tokens ?? USUAL_LENGTH);
  const fills = body.suffix !== undefined;
  const sampling = fills ? infillSampling(usual, description, body.ignore_eos) : usual;
  const logProbs = top ?? (made > n ? 0 : undefined);
  return {
    wish: {
      prompts: fills ? infillPrompts(body) : promptsOf(body.prompt, description.vocabularySize),
      sampling: { ...sampling, n: made, ...(logProbs !== undefined && { logProbs }) },
    },
    n,
    made,
    echoes: echo,
    ...(top !== undefined && { top }),
  };
}

/** Prompts as texts, or as tokens of the model's vocabulary. */
function promptsOf(prompt: NonNullable<CompletionRequest['prompt']>, vocabularySize: number): Prompt[] {
  if (typeof prompt === 'string') return [textOf(prompt, 'prompt')];
  if (typeof prompt[0] === 'number') return [tokensOf(prompt as number[], 'prompt', vocabularySize)];
  return (prompt as (string | number[])[]).map((one, i) =>
    typeof one === 'string' ? textOf(one, `prompt[${i}]`) : tokensOf(one, `prompt[${i}]`, vocabularySize),
  );
}

function textOf(text: string, field: string): string {
  if (text !== '') return text;
  throw invalidValue(field, `${field} is empty.`);
}

function tokensOf(ids: number[], field: string, vocabularySize: number): { ids: number[] } {
  const wrong = ids.findIndex((id) => id >= vocabularySize);
  if (wrong < 0) return { ids };
  throw invalidValue(
    `${field}[${wrong}]`,
    `The model's vocabulary has ${vocabularySize} tokens; ${ids[wrong]} is not one of them.`,
  );
}
