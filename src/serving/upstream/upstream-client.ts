/** HTTP client for upstream servers: returns JSON or events, and converts failures to this server's errors. */
import { retryAfter } from '../../base/connection.ts';
import { failureIn, messageIn, postJson } from '../../scoring/endpoint/post.ts';
import { parseJson } from '../../files/json.ts';
import { ApiError } from '../api-error.ts';
import type { UpstreamModel } from './upstream-models.ts';

export interface UpstreamRequest {
  /** Path relative to the endpoint: `/chat/completions`. */
  path: string;
  body: object;
  signal: AbortSignal;
}

export type JsonObject = Record<string, unknown>;

/** Maximum size of a reply, streamed or not. */
const MOST_BYTES = 64 * 2 ** 20;
/** Maximum size of an error body. */
const MOST_TEXT = 64 * 2 ** 10;

/** @throws ApiError 400, 413, 422 or 429, as reported by the upstream server; 502, 504 */
export async function upstreamJson(model: UpstreamModel, request: UpstreamRequest): Promise<JsonObject> {
  const parts: Uint8Array[] = [];
  for await (const part of bytesFrom(model, request)) parts.push(part);
  return objectIn(model, new TextDecoder().decode(Buffer.concat(parts)));
}

/** Event data up to `[DONE]`. @throws as `upstreamJson`, and ApiError 502 for a truncated stream */
export async function* upstreamEvents(model: UpstreamModel, request: UpstreamRequest): AsyncGenerator<JsonObject> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const part of bytesFrom(model, request)) {
    const lines = (held + decoder.decode(part, { stream: true })).split(/\r?\n/);
    held = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith('data:')) continue;
      const data = line.slice('data:'.length).trim();
      if (data === '[DONE]') return;
      const event = objectIn(model, data);
      if ((event.error ?? null) !== null) throw failed(model, messageIn(data, model.upstream.endpoint));
      yield event;
    }
  }
  throw failed(model, 'its stream broke off');
}

async function* bytesFrom(model: UpstreamModel, { path, body, signal }: UpstreamRequest): AsyncGenerator<Uint8Array> {
  const { endpoint, seconds } = model.upstream;
  const { url, key } = endpoint;
  const silence = new Silence(seconds);
  try {
    const response = await postJson({ url: url + path, key }, body, AbortSignal.any([signal, silence.signal]));
    if (response.status !== 200) throw await refusalOf(model, response);
    yield* bounded(model, response, silence);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    signal.throwIfAborted();
    if (!silence.signal.aborted) throw failed(model, failureIn(error, endpoint));
    const message = `The upstream '${model.id}' sent no data for ${seconds} s.`;
    throw new ApiError(504, { message, code: 'upstream_timeout' });
  } finally {
    silence.end();
  }
}

async function* bounded(model: UpstreamModel, { body }: Response, silence: Silence): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > MOST_BYTES) throw failed(model, `its reply exceeds ${MOST_BYTES} bytes`);
    // A slow client does not count as upstream silence.
    silence.end();
    yield part;
    silence.begin();
  }
}

/** Aborts after a period of silence. */
class Silence {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(seconds: number) {
    this.#milliseconds = seconds * 1000;
    this.begin();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  begin(): void {
    this.#timer = setTimeout(() => this.#controller.abort(), this.#milliseconds);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** Statuses caused by the client's request; other rejections concern only the two servers. */
const OF_REQUEST = new Set([400, 413, 422]);

async function refusalOf(model: UpstreamModel, response: Response): Promise<ApiError> {
  const { status, headers } = response;
  const text = await startOf(response);
  const said = messageIn(text, model.upstream.endpoint);
  const message = `The upstream '${model.id}' responded with status ${status}: ${said}`;
  if (status === 429) {
    const seconds = String(Math.ceil(retryAfter(headers) ?? 1));
    return new ApiError(429, { message, code: 'rate_limit_exceeded', headers: { 'retry-after': seconds } });
  }
  if (OF_REQUEST.has(status)) return new ApiError(status, { message, code: 'upstream_refused' });
  if (status >= 500) return failed(model, `status ${status}: ${said}`);
  // A wrong key or URL: the operator finds the reason in the log.
  const told = `The upstream '${model.id}' rejected this server (status ${status}). The server's log says why.`;
  const cause = new Error(message);
  return new ApiError(502, { message: told, code: 'upstream_refused', headers: { 'x-should-retry': 'false' }, cause });
}

async function startOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    parts.push(part);
    size += part.length;
    if (size >= MOST_TEXT) break;
  }
  return Buffer.concat(parts).subarray(0, MOST_TEXT).toString();
}

function objectIn(model: UpstreamModel, text: string): JsonObject {
  try {
    const value = parseJson(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // The error is thrown below.
  }
  throw failed(model, 'its reply is not a JSON object');
}

function failed({ id }: UpstreamModel, reason: string): ApiError {
  return new ApiError(502, { message: `The upstream '${id}' failed: ${reason}.`, code: 'upstream_failed' });
}
