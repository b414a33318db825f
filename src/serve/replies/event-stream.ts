/** Answers as server-sent events. */
import { setTimeout as sleep } from 'node:timers/promises';
import { toApiError } from '../attune-errors.ts';
import type { Call } from '../call.ts';

/** One event: its data, and its name where the protocol has one. */
export interface ServerEvent {
  name?: string;
  data: object | '[DONE]';
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Proxies of nginx's kind would hold the events back.
  'x-accel-buffering': 'no',
};

/**
 * Events as they are made. What fails before the first one is an error with a status of its own; later it is an event
 * that clients know. Comments show that the connection lives. When the client goes, the signal is aborted.
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
  return new Response(writeEvents(call, { first, events, beat, gone }), { headers: HEADERS });
}

interface Writing {
  first: Promise<IteratorResult<ServerEvent>>;
  events: AsyncGenerator<ServerEvent>;
  beat: number;
  gone: AbortController;
}

function writeEvents(call: Call, { first, events, beat, gone }: Writing): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let last = Date.now();
  let timer: NodeJS.Timeout;
  let next: Promise<IteratorResult<ServerEvent>> | undefined = first;
  const write = (controller: ReadableStreamDefaultController<Uint8Array>, text: string) => {
    last = Date.now();
    controller.enqueue(encoder.encode(text));
  };
  const end = (status: number, error?: unknown) => {
    clearInterval(timer);
    call.end(status, error);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const breathe = () => Date.now() - last >= beat && write(controller, ': alive\n\n');
        timer = setInterval(breathe, beat);
      },
      async pull(controller) {
        try {
          const { done, value } = await (next ?? events.next());
          next = undefined;
          if (done !== true) return write(controller, eventText(value));
          end(200);
        } catch (error) {
          const told = toApiError(error, call.fields, call.hidden);
          write(controller, eventText({ name: 'error', data: told.body }));
          end(told.status, error);
        }
        controller.close();
      },
      async cancel() {
        gone.abort();
        end(499);
        await events.return(undefined).catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

function eventText({ name, data }: ServerEvent): string {
  const text = data === '[DONE]' ? data : JSON.stringify(data);
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${text}\n\n`;
}
