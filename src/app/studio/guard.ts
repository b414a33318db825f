import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { isFromHere, PRIVATE_HEADERS } from '../page/page-server.ts';
import type { Sessions } from './sessions.ts';

/** Nothing from elsewhere, no script or style in the page itself, nobody frames it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A report runs its own small scripts, so it gets an origin of its own from which it reaches nothing. */
export const REPORT_POLICY =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

const MONTH = 30 * 24 * 3600;

/** Refuses other sites' pages (also by a name of their own that leads here), and requests without a session. */
export function guard(sessions: Sessions): MiddlewareHandler {
  return async (context, next) => {
    const port = portOf(context);
    const headers = context.req.header();
    // A link may be followed from anywhere; only the page it leads to may call the API.
    const isForeign = isApi(context) && !['none', 'same-origin'].includes(headers['sec-fetch-site'] ?? 'none');
    if (isForeign || !isFromHere({ headers, method: context.req.method }, Number(port)))
      return context.text('403', 403);
    const isOpen = !isApi(context) || context.req.path === '/api/session';
    if (!isOpen && !sessions.has(getCookie(context, cookieName(port)) ?? ''))
      return context.json({ error: { code: 'E_NO_SESSION', what: 'This browser is not signed in' } }, 401);
    await next();
    for (const [name, value] of Object.entries(PRIVATE_HEADERS)) context.header(name, value);
    if (context.res.headers.get('content-security-policy') === null) context.header('content-security-policy', POLICY);
  };
}

function isApi(context: Context): boolean {
  return context.req.path.startsWith('/api/');
}

/** Trades the link's token for a cookie that scripts cannot read. */
export async function signIn(context: Context, sessions: Sessions): Promise<Response> {
  const { token } = await context.req.json<{ token?: unknown }>().catch(() => ({ token: undefined }));
  const port = portOf(context);
  const session = typeof token === 'string' ? sessions.exchange(token) : undefined;
  if (session === undefined && !sessions.has(getCookie(context, cookieName(port)) ?? '')) return context.json({}, 401);
  if (session !== undefined)
    setCookie(context, cookieName(port), session, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: MONTH });
  return context.json({});
}

/** Cookies do not know ports: two studios on one machine keep theirs apart by name. */
function cookieName(port: string): string {
  return `attune-studio-${port}`;
}

function portOf(context: Context): string {
  const { incoming } = context.env as { incoming: { socket: { localPort?: number } } };
  return String(incoming.socket.localPort ?? '');
}
