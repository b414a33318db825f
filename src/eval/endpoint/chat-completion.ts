import { withoutSecrets } from '../../base/secrets.ts';
import { retryAfter, UNREACHED_CODES } from '../../base/connection.ts';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import type { Message } from '../../text/index.ts';
import type { Endpoint } from './endpoint.ts';

/** What is sent: OpenAI's chat completion, greedy. */
export interface ChatBody {
  model: string;
  messages: readonly Message[];
  tools?: readonly unknown[];
  temperature: 0;
  max_tokens: number;
  /** Answers of this form only, by a JSON schema. */
  response_format?: object;
}

/** What a server does not take as everybody else does. */
export interface Dialect {
  /** `max_completion_tokens` in place of `max_tokens`. */
  newLimit: boolean;
  /** Only its own temperature. */
  ownTemperature: boolean;
  /** No `response_format`: the form can only be asked for in words. */
  freeForm: boolean;
}

/** The dialect that a refusal asks for; undefined where it is about something else or nothing new. */
export function dialectAfter({ code, got = '' }: AttuneError, now: Dialect): Dialect | undefined {
  if (code !== 'E_ENDPOINT_REFUSED') return undefined;
  if (!now.newLimit && got.includes('max_completion_tokens')) return { ...now, newLimit: true };
  if (!now.freeForm && /response_format|json_schema|guided/.test(got)) return { ...now, freeForm: true };
  if (!now.ownTemperature && got.includes('temperature')) return { ...now, ownTemperature: true };
  return undefined;
}

/** What came back, as far as it is used. */
export interface ChatAnswer {
  text: string;
  finish: 'stop' | 'length';
  inputTokens?: number;
  outputTokens?: number;
  seconds: number;
}

/** A failure that another try may get over, with how long the server wants to be left alone. */
export class PassingFailure extends Error {
  readonly waitSeconds: number | undefined;
  /** The server may have answered, and charge for it, though the answer was lost. */
  readonly mayCost: boolean;

  constructor(message: string, { waitSeconds, mayCost = false }: { waitSeconds?: number; mayCost?: boolean } = {}) {
    super(message);
    this.waitSeconds = waitSeconds;
    this.mayCost = mayCost;
  }
}

/** Busy, rate-limited, or broken for the moment. */
const PASSING = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529]);

/** One request. @throws PassingFailure; AttuneError E_ENDPOINT_KEY, E_ENDPOINT_REFUSED where trying again is no use */
export async function chatCompletion(
  endpoint: Endpoint,
  body: ChatBody,
  limits: { seconds: number; dialect: Dialect; signal?: AbortSignal },
): Promise<ChatAnswer> {
  const start = performance.now();
  const { status, headers, text } = await send(endpoint, spoken(body, limits.dialect), limits);
  if (status === 200) return { ...readAnswer(text), seconds: (performance.now() - start) / 1000 };
  const said = clean(messageOf(text), endpoint);
  if (status >= 300 && status < 400) throw elsewhere(endpoint, status, headers.get('location'));
  if (PASSING.has(status)) throw new PassingFailure(`status ${status}: ${said}`, { waitSeconds: retryAfter(headers) });
  throw status === 401 || status === 403 ? badKey(endpoint, status, said) : refused(endpoint, status, said);
}

function spoken({ max_tokens, temperature, response_format, ...body }: ChatBody, dialect: Dialect): object {
  const limit = dialect.newLimit ? { max_completion_tokens: max_tokens } : { max_tokens };
  const form = response_format === undefined || dialect.freeForm ? {} : { response_format };
  return { ...body, ...(!dialect.ownTemperature && { temperature }), ...limit, ...form };
}

async function send(endpoint: Endpoint, body: object, limits: { seconds: number; signal?: AbortSignal }) {
  const time = AbortSignal.timeout(limits.seconds * 1000);
  try {
    const response = await fetch(`${endpoint.url}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(endpoint.key !== undefined && { authorization: `Bearer ${endpoint.key}` }),
      },
      body: JSON.stringify(body),
      // Another host must not be handed the key.
      redirect: 'manual',
      signal: limits.signal === undefined ? time : AbortSignal.any([time, limits.signal]),
    });
    return { status: response.status, headers: response.headers, text: await bodyText(response) };
  } catch (error) {
    limits.signal?.throwIfAborted();
    if (error instanceof PassingFailure) throw error;
    if (time.aborted) throw new PassingFailure(`no answer within ${limits.seconds} s`, { mayCost: true });
    throw new PassingFailure(clean(causeOf(error), endpoint), { mayCost: !UNREACHED_CODES.has(codeOf(error)) });
  }
}

/** No answer is longer; what is, would fill the memory. */
const MOST_BYTES = 2 ** 24;

async function bodyText({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > MOST_BYTES) throw new PassingFailure(`an answer of more than ${MOST_BYTES} bytes`, { mayCost: true });
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

interface Completion {
  choices?: readonly { message?: { content?: unknown }; finish_reason?: unknown }[];
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown };
}

/** @throws PassingFailure for what is no answer: proxies send pages of text with status 200 */
function readAnswer(text: string): Omit<ChatAnswer, 'seconds'> {
  let answer: Completion;
  try {
    answer = parseJson(text) as Completion;
  } catch {
    throw new PassingFailure('an answer that is no JSON', { mayCost: true });
  }
  const choice = answer?.choices?.[0];
  const content = choice?.message?.content;
  // A model that calls a function or refuses says nothing.
  if (choice?.message === undefined || !(typeof content === 'string' || content === null || content === undefined)) {
    throw new PassingFailure('JSON that is no chat completion', { mayCost: true });
  }
  const count = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : undefined);
  return {
    text: typeof content === 'string' ? content : '',
    finish: choice.finish_reason === 'length' ? 'length' : 'stop',
    inputTokens: count(answer.usage?.prompt_tokens),
    outputTokens: count(answer.usage?.completion_tokens),
  };
}

const SHOWN = 300;
/** What is looked at for keys: more of it is never shown. */
const LOOKED_AT = 4000;

function messageOf(text: string): string {
  try {
    const { error } = parseJson(text) as { error?: { message?: unknown } | string };
    const message = typeof error === 'string' ? error : error?.message;
    if (typeof message === 'string') return message;
  } catch {
    // A page of text says as much.
  }
  return text.trim() || 'nothing';
}

/** Some servers repeat the key that they were sent: it is taken out of what they mean, and then cut short. */
function clean(text: string, { key = '', keyVariable }: Endpoint): string {
  const secrets = [{ value: key, shown: `(the value of ${keyVariable})` }];
  return withoutSecrets(text.slice(0, LOOKED_AT), secrets).slice(0, SHOWN);
}

function causeOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error
    ? `${message}: ${cause.message || String((cause as NodeJS.ErrnoException).code)}`
    : message;
}

function codeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code ?? '';
}

function badKey({ url, key, keyVariable }: Endpoint, status: number, said: string): AttuneError {
  return new AttuneError('E_ENDPOINT_KEY', {
    what: `${url} does not let us in`,
    got: `status ${status}: ${said}`,
    fix: key === undefined ? `set ${keyVariable} to a key of this service` : `check the key in ${keyVariable}`,
  });
}

/** Where it points is told without its query, in which keys may stand. */
function elsewhere(endpoint: Endpoint, status: number, location: string | null): AttuneError {
  const { url } = endpoint;
  const to = location === null ? null : URL.parse(location, url);
  return new AttuneError('E_ENDPOINT_REFUSED', {
    what: `${url} points elsewhere, and another address is not handed the key`,
    got: `status ${status}${to === null ? '' : `, on to ${clean(to.origin + to.pathname, endpoint)}`}`,
    fix: 'name the address that answers itself',
  });
}

function refused({ url, model }: Endpoint, status: number, said: string): AttuneError {
  return new AttuneError('E_ENDPOINT_REFUSED', {
    what: `${url} refuses what it is asked`,
    got: `status ${status}: ${said}`,
    expected: 'an OpenAI-compatible endpoint: /chat/completions below this address',
    fix: `check the address and the model's name (${model})`,
  });
}
