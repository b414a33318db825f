/** The OpenAI-compatible API, as the pages of a server use it. */
import { signal } from '@preact/signals';
import { linesOf } from '../parts/reply-lines.ts';

/** Key of the requests; empty where none is needed. */
export const apiKey = signal('');
/** Set once the server has asked for a key. */
export const isKeyWanted = signal(false);

interface ErrorReply {
  error?: { message?: string; code?: string };
}

/** @throws Error with the server's message and the request's id */
export async function send(path: string, body?: object, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (apiKey.value.trim() !== '') headers.authorization = `Bearer ${apiKey.value.trim()}`;
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(path, { ...init, headers, signal }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new Error('The server does not answer. Is it still running?');
  });
  if (response.ok) return response;
  if (response.status === 401) isKeyWanted.value = true;
  const reply = (await response.json().catch(() => ({}))) as ErrorReply;
  const message = reply.error?.message ?? `The server answered with status ${response.status}.`;
  const details = [response.status, reply.error?.code, response.headers.get('x-request-id')].filter(Boolean);
  throw new Error(`${message}\n(${details.join(', ')})`);
}

export async function read<Value>(path: string, body?: object, signal?: AbortSignal): Promise<Value> {
  return (await (await send(path, body, signal)).json()) as Value;
}

/** Events of a streamed reply. */
export async function* eventsOf<Event extends object>(response: Response): AsyncGenerator<Event> {
  for await (const line of linesOf(response)) {
    if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
    const event = JSON.parse(line.slice(6)) as Event | ErrorReply;
    if ('error' in event && event.error !== undefined) throw new Error(event.error.message);
    yield event as Event;
  }
}
