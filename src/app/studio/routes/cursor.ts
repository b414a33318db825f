import type { Context } from 'hono';

/** Maximum time in milliseconds that a request waits for new lines; proxies allow at least this. */
const LONGEST_WAIT = 20_000;

/** `?since=`: cursor of the lines that the page already has. */
export function cursorOf(context: Context): number {
  const since = Number(context.req.query('since') ?? 0);
  return Number.isSafeInteger(since) && since > 0 ? since : 0;
}

/** Aborted when the page is closed or the waiting time is over; immediately without `?wait`. */
export function newsSignal(context: Context): AbortSignal {
  if (context.req.query('wait') === undefined) return AbortSignal.abort();
  return AbortSignal.any([context.req.raw.signal, AbortSignal.timeout(LONGEST_WAIT)]);
}
