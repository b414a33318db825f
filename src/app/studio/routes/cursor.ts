import type { Context } from 'hono';

/** Maximum time in milliseconds that a request waits for new lines; proxies allow at least this long. */
const LONGEST_WAIT = 20_000;

/** `?since=`: cursor of the lines that the page already has. */
export function cursorOf(context: Context): number {
  return numberIn(context, 'since');
}

/** A positive integer from the query; 0 if absent or invalid. */
export function numberIn(context: Context, name: string): number {
  const given = Number(context.req.query(name) ?? 0);
  return Number.isSafeInteger(given) && given > 0 ? given : 0;
}

/** Aborted when the page is closed or the waiting time is over; immediately without `?wait`. */
export function newsSignal(context: Context): AbortSignal {
  if (context.req.query('wait') === undefined) return AbortSignal.abort();
  return AbortSignal.any([context.req.raw.signal, AbortSignal.timeout(LONGEST_WAIT)]);
}
