import type { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import type { Message } from '../../models/text/index.ts';
import type { Endpoint } from './endpoint.ts';
import { PassingFailure, post } from './post.ts';

/** Request body: OpenAI's chat completion, greedy. */
export interface ChatBody {
  model: string;
  messages: readonly Message[];
  tools?: readonly unknown[];
  temperature: 0;
  max_tokens: number;
  /** Constrains answers by a JSON schema. */
  response_format?: object;
}

/** Deviations of a server from OpenAI's API. */
export interface Dialect {
  /** Uses `max_completion_tokens` instead of `max_tokens`. */
  newLimit: boolean;
  /** Accepts only the default temperature. */
  ownTemperature: boolean;
  /** Lacks `response_format`: the form can only be described in the prompt. */
  freeForm: boolean;
}

/** The dialect that an error calls for; undefined for other errors or a dialect already in use. */
export function dialectAfter({ code, got = '' }: AttuneError, now: Dialect): Dialect | undefined {
  if (code !== 'E_ENDPOINT_REFUSED') return undefined;
  if (!now.newLimit && got.includes('max_completion_tokens')) return { ...now, newLimit: true };
  if (!now.freeForm && /response_format|json_schema|guided/.test(got)) return { ...now, freeForm: true };
  if (!now.ownTemperature && got.includes('temperature')) return { ...now, ownTemperature: true };
  return undefined;
}

/** The parts of a reply that are read. */
export interface ChatAnswer {
  text: string;
  finish: 'stop' | 'length';
  /** The model version named by the server: a name may come to refer to another model. */
  version?: string;
  inputTokens?: number;
  outputTokens?: number;
  seconds: number;
}

/** One request. @throws PassingFailure; AttuneError E_ENDPOINT_KEY, E_ENDPOINT_REFUSED if a retry is pointless */
export async function chatCompletion(
  endpoint: Endpoint,
  body: ChatBody,
  limits: { seconds: number; dialect: Dialect; signal?: AbortSignal },
): Promise<ChatAnswer> {
  const start = performance.now();
  const text = await post(endpoint, '/chat/completions', spoken(body, limits.dialect), limits);
  return { ...readAnswer(text), seconds: (performance.now() - start) / 1000 };
}

function spoken({ max_tokens, temperature, response_format, ...body }: ChatBody, dialect: Dialect): object {
  const limit = dialect.newLimit ? { max_completion_tokens: max_tokens } : { max_tokens };
  const form = response_format === undefined || dialect.freeForm ? {} : { response_format };
  return { ...body, ...(!dialect.ownTemperature && { temperature }), ...limit, ...form };
}

interface Completion {
  model?: unknown;
  system_fingerprint?: unknown;
  choices?: readonly { message?: { content?: unknown }; finish_reason?: unknown }[];
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown };
}

/** @throws PassingFailure for malformed replies: proxies send HTML with status 200 */
function readAnswer(text: string): Omit<ChatAnswer, 'seconds'> {
  let answer: Completion;
  try {
    answer = parseJson(text) as Completion;
  } catch {
    throw new PassingFailure('an answer that is not JSON', { mayCost: true });
  }
  const choice = answer?.choices?.[0];
  const content = choice?.message?.content;
  // A function call or refusal has no content.
  if (choice?.message === undefined || !(typeof content === 'string' || content === null || content === undefined)) {
    throw new PassingFailure('JSON that is not a chat completion', { mayCost: true });
  }
  const version = [answer.model, answer.system_fingerprint].filter((part) => typeof part === 'string').join(' ');
  const count = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : undefined);
  return {
    text: typeof content === 'string' ? content : '',
    finish: choice.finish_reason === 'length' ? 'length' : 'stop',
    ...(version !== '' && { version }),
    inputTokens: count(answer.usage?.prompt_tokens),
    outputTokens: count(answer.usage?.completion_tokens),
  };
}
