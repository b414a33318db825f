/** Replies as server-sent events. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../server-call.ts';

/** One event: its data, and its name if the protocol has one. */
export interface ServerEvent {
  name?: string;
  data: object | '[DONE]';
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Keeps nginx and similar proxies from buffering.
  'x-accel-buffering': 'no',
};

/**
 * Streams events as they are produced. A failure before the first event is an error reply with its own status; a
 * later one is sent as an error event. Comments keep the connection alive. When the client disconnects, the signal is
 * aborted.
 */
export async function eventStream(
  call: Call,
  make: (signal: AbortSignal) => AsyncGenerator<ServerEvent>,
): Promise<Response> {
  const beat = call.server.settings.heartbeat_seconds * 1000;
  const gone = new AbortController();
  const events = make(AbortSignal.any([call.request.signal, gone.signal]));
  const first = events.next();
  const done = new AbortController();
  const patience = sleep(2 * beat, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([first, patience]).finally(() => done.abort());
  call.exchange.isHeld = true;
  call.exchange.isStream = true;
  const body = new ReadableStream(new EventBytes(call, { first, events, beat, gone }), { highWaterMark: 0 });
  return new Response(body, { headers: HEADERS });
}

interface Writing {
  first: Promise<IteratorResult<ServerEvent>>;
  events: AsyncGenerator<ServerEvent>;
  beat: number;
  gone: AbortController;
}

/** Events as bytes, with comments as heartbeats while waiting. */
class EventBytes {
  readonly #call: Call;
  readonly #writing: Writing;
  readonly #encoder = new TextEncoder();
  #next: Promise<IteratorResult<ServerEvent>> | undefined;
  #last = Date.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(call: Call, writing: Writing) {
    this.#call = call;
    this.#writing = writing;
    this.#next = writing.first;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { beat } = this.#writing;
    const breathe = () => {
      if (Date.now() - this.#last >= beat) this.#write(controller, ': alive\n\n');
    };
    this.#timer = setInterval(breathe, beat);
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const { done, value } = await (this.#next ?? this.#writing.events.next());
      this.#next = undefined;
      if (done !== true) return this.#write(controller, eventText(value));
      this.#end(200);
    } catch (error) {
      const told = this.#call.told(error);
      this.#write(controller, eventText({ name: 'error', data: told.body }));
      this.#end(told.status, error);
    }
    controller.close();
  }

  async cancel(): Promise<void> {
    const { gone, events } = this.#writing;
    gone.abort();
    this.#end(499);
    await events.return(undefined).catch(() => undefined);
  }

  #write(controller: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    this.#last = Date.now();
    controller.enqueue(this.#encoder.encode(text));
  }

  #end(status: number, error?: unknown): void {
    clearInterval(this.#timer);
    this.#call.end(status, error);
  }
}

function eventText({ name, data }: ServerEvent): string {
  const text = data === '[DONE]' ? data : JSON.stringify(data);
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${text}\n\n`;
}
