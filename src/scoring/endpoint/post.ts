/** Requests to endpoints, and the meaning of their errors. */
import { withoutSecrets } from '../../base/secrets.ts';
import { retryAfter, UNREACHED_CODES } from '../../base/connection.ts';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import type { Endpoint } from './endpoint.ts';

/** A failure that a retry may overcome, with the delay that the server asks for. */
export class PassingFailure extends Error {
  readonly waitSeconds: number | undefined;
  /** The server may have answered, and may charge for it, though the answer was lost. */
  readonly mayCost: boolean;

  constructor(message: string, { waitSeconds, mayCost = false }: { waitSeconds?: number; mayCost?: boolean } = {}) {
    super(message);
    this.waitSeconds = waitSeconds;
    this.mayCost = mayCost;
  }
}

/** Busy, rate-limited, or temporarily broken. */
const PASSING = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529]);

export interface PostLimits {
  /** Timeout of one answer. */
  seconds: number;
  signal?: AbortSignal;
}

/**
 * Posts JSON to a path below an endpoint's URL, or to a URL of the same server.
 * @returns the reply's text
 * @throws PassingFailure; AttuneError E_ENDPOINT_KEY, E_ENDPOINT_REFUSED if a retry is pointless
 */
export async function post(endpoint: Endpoint, path: string, body: object, limits: PostLimits): Promise<string> {
  const { key, url: base } = endpoint;
  const url = URL.parse(path)?.href ?? base + path;
  const { status, headers, text } = await send({ url, key }, body, { ...limits, endpoint });
  if (status === 200) return text;
  const said = messageIn(text, endpoint);
  if (status >= 300 && status < 400) throw elsewhere(endpoint, status, headers.get('location'));
  if (PASSING.has(status)) throw new PassingFailure(`status ${status}: ${said}`, { waitSeconds: retryAfter(headers) });
  throw status === 401 || status === 403 ? badKey(endpoint, status, said) : refused(endpoint, { status, said, path });
}

async function send(
  { url, key }: Pick<Endpoint, 'url' | 'key'>,
  body: object,
  limits: PostLimits & { endpoint: Endpoint },
) {
  const time = AbortSignal.timeout(limits.seconds * 1000);
  try {
    const signal = limits.signal === undefined ? time : AbortSignal.any([time, limits.signal]);
    const response = await postJson({ url, key }, body, signal);
    return { status: response.status, headers: response.headers, text: await bodyText(response) };
  } catch (error) {
    limits.signal?.throwIfAborted();
    if (error instanceof PassingFailure) throw error;
    if (time.aborted) throw new PassingFailure(`no answer within ${limits.seconds} s`, { mayCost: true });
    throw new PassingFailure(failureIn(error, limits.endpoint), { mayCost: !UNREACHED_CODES.has(codeOf(error)) });
  }
}

/** Sends JSON with an endpoint's key, and returns the response whatever its status. */
export function postJson(
  { url, key }: Pick<Endpoint, 'url' | 'key'>,
  body: object,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(body),
    // The key must not be sent to another host.
    redirect: 'manual',
    signal,
  });
}

/** Limit on the size of an answer, to bound memory. */
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

const SHOWN = 300;
/** Number of characters searched for keys; no more is ever shown. */
const LOOKED_AT = 4000;

/** The message in an endpoint's reply, without its key. */
export function messageIn(text: string, endpoint: Pick<Endpoint, 'key' | 'keyVariable'>): string {
  return clean(messageOf(text), endpoint);
}

/** Why an endpoint could not be reached, without its key. */
export function failureIn(error: unknown, endpoint: Pick<Endpoint, 'key' | 'keyVariable'>): string {
  return clean(causeOf(error), endpoint);
}

function messageOf(text: string): string {
  try {
    const { error } = parseJson(text) as { error?: { message?: unknown } | string };
    const message = typeof error === 'string' ? error : error?.message;
    if (typeof message === 'string') return message;
  } catch {
    // The text itself is the message.
  }
  return text.trim() || 'nothing';
}

/** Some servers repeat the key that they were sent: it is removed from the message before that is shortened. */
function clean(text: string, { key = '', keyVariable }: Pick<Endpoint, 'key' | 'keyVariable'>): string {
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
    what: `${url} denied access`,
    got: `status ${status}: ${said}`,
    fix: key === undefined ? `set ${keyVariable} to a key of this service` : `check the key in ${keyVariable}`,
  });
}

/** The redirect's target is shown without its query, which may contain keys. */
function elsewhere(endpoint: Endpoint, status: number, location: string | null): AttuneError {
  const { url } = endpoint;
  const to = location === null ? null : URL.parse(location, url);
  return new AttuneError('E_ENDPOINT_REFUSED', {
    what: `${url} redirects, and the key is not sent to another address`,
    got: `status ${status}${to === null ? '' : `, on to ${clean(to.origin + to.pathname, endpoint)}`}`,
    fix: 'give the final address',
  });
}

function refused(
  { url, model }: Endpoint,
  { status, said, path }: { status: number; said: string; path: string },
): AttuneError {
  return new AttuneError('E_ENDPOINT_REFUSED', {
    what: `${url} rejects the request`,
    got: `status ${status}: ${said}`,
    expected: `an OpenAI-compatible endpoint: ${path} below this address`,
    fix: `check the address and the model's name (${model})`,
  });
}
