/** JSON replies that may take minutes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../server-call.ts';

/**
 * Replies with the result of slow work as JSON. Clients give up on a connection that is silent for five minutes. Work
 * that takes longer than two heartbeats therefore sends its status early, followed by spaces, which JSON allows,
 * until it is done. A failure after that can only close the connection, which makes the client retry.
 */
export async function slowJson(call: Call, work: (signal: AbortSignal) => Promise<object>): Promise<Response> {
  const { fingerprint, request, server } = call;
  const isRetry = Number(request.headers.get('x-stainless-retry-count') ?? 0) > 0;
  const beat = server.settings.heartbeat_seconds * 1000;
  const gone = new AbortController();
  const signal = AbortSignal.any([request.signal, gone.signal]);
  const result = server.retried.do({ fingerprint, isRetry, signal }, work);
  const done = new AbortController();
  const patience = sleep(2 * beat, 'slow' as const, { signal: done.signal }).catch(() => 'slow' as const);
  const first = await Promise.race([result, patience]).finally(() => done.abort());
  if (first !== 'slow') return Response.json(first);
  return new Response(spacesUntil(call, result, { beat, gone }), { headers: { 'content-type': 'application/json' } });
}

function spacesUntil(
  call: Call,
  result: Promise<object>,
  { beat, gone }: { beat: number; gone: AbortController },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout;
  call.exchange.isHeld = true;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const breathe = () => controller.enqueue(encoder.encode(' '));
      breathe();
      timer = setInterval(breathe, beat);
      const settle = () => clearInterval(timer);
      result.then(
        (value) => {
          settle();
          controller.enqueue(encoder.encode(JSON.stringify(value)));
          controller.close();
          call.end(200);
        },
        (error: unknown) => {
          settle();
          controller.error(error);
          call.end(call.told(error).status, error);
        },
      );
    },
    cancel() {
      clearInterval(timer);
      gone.abort();
    },
  });
}
