import type { Context } from 'hono';

/** The longest that a request for news waits; proxies allow at least this. */
const LONGEST_WAIT = 20_000;

/** `?since=`: what the page has already. */
export function cursorOf(context: Context): number {
  const since = Number(context.req.query('since') ?? 0);
  return Number.isSafeInteger(since) && since > 0 ? since : 0;
}

/** Aborted when the page has gone or the wait is over; at once without `?wait`. */
export function newsSignal(context: Context): AbortSignal {
  if (context.req.query('wait') === undefined) return AbortSignal.abort();
  return AbortSignal.any([context.req.raw.signal, AbortSignal.timeout(LONGEST_WAIT)]);
}
