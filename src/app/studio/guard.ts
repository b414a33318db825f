import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Scope } from '../../serving/access/roles.ts';
import { requireInside } from '../access/confine.ts';
import { requireScopes, type Caller } from '../access/scopes.ts';
import { isFromHere, PRIVATE_HEADERS } from '../page/page-server.ts';
import type { Sessions } from './sessions.ts';

/** A report runs small inline scripts, so it is sandboxed in an opaque origin without access to the studio or the network. */
export const REPORT_POLICY =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

const MONTH = 30 * 24 * 3600;

interface Guarded {
  sessions: Sessions;
  /**
   * Whether only this machine can reach the studio. Otherwise Host needs no check against DNS rebinding, since
   * cookies are bound to the host.
   */
  isLocal: boolean;
}

/** Rejects requests from other sites' pages, also with DNS rebinding, and requests without a session. */
export function guard({ sessions, isLocal }: Guarded): MiddlewareHandler {
  return async (context, next) => {
    const port = portOf(context);
    const { method, path } = context.req;
    const headers = context.req.header();
    // Links to pages may be followed from anywhere; the API accepts only the studio's own pages.
    const isForeign = isApi(context) && !['none', 'same-origin'].includes(headers['sec-fetch-site'] ?? 'none');
    const isOwn = isLocal ? isFromHere({ headers, method }, Number(port)) : isSameOrigin({ headers, method });
    if (isForeign || !isOwn) return context.text('403', 403);
    if (isApi(context) && path !== '/api/session') {
      const caller = sessions.callerOf(getCookie(context, cookieName(port)) ?? '');
      if (caller === undefined)
        return context.json({ error: { code: 'E_NO_SESSION', what: 'This browser is not signed in' } }, 401);
      requireScopes(`${method} ${path}`, scopesOfRoute(method, path), caller);
      const { file = '', run = '' } = context.req.query();
      requireInside(
        [
          { field: 'file', text: file },
          { field: 'run', text: run },
        ],
        caller,
      );
      context.set('caller', caller);
    }
    await next();
    for (const [name, value] of Object.entries(PRIVATE_HEADERS)) context.header(name, value);
    if (context.res.headers.get('content-security-policy') === null)
      context.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  };
}

/** Rights that a route needs; routes for calls need those of the use case. */
function scopesOfRoute(method: string, path: string): Scope[] {
  if (method === 'GET' || path === '/api/calls' || path.startsWith('/api/calls/')) return ['read'];
  return path === '/api/run/ask' ? ['read', 'compute'] : ['read', 'write'];
}

/** The caller of a request to the API. */
export function callerOf(context: Context): Caller {
  return (context as Context<{ Variables: { caller: Caller } }>).get('caller');
}

function isSameOrigin({ headers, method }: { headers: Record<string, string>; method: string }): boolean {
  if (headers.origin === undefined) return method === 'GET';
  return [`http://${headers.host}`, `https://${headers.host}`].includes(headers.origin);
}

function isApi(context: Context): boolean {
  return context.req.path.startsWith('/api/');
}

/** Exchanges the link's token or a key for a cookie that scripts cannot read. */
export async function signIn(context: Context, sessions: Sessions): Promise<Response> {
  const { token } = await context.req.json<{ token?: unknown }>().catch(() => ({ token: undefined }));
  const port = portOf(context);
  const session = typeof token === 'string' ? sessions.exchange(token) : undefined;
  const caller = sessions.callerOf(session ?? getCookie(context, cookieName(port)) ?? '');
  if (caller === undefined) return context.json({}, 401);
  if (session !== undefined)
    setCookie(context, cookieName(port), session, {
      httpOnly: true,
      sameSite: 'Strict',
      secure: context.req.header('origin')?.startsWith('https:') === true,
      path: '/',
      maxAge: MONTH,
    });
  return context.json({ scopes: caller.scopes });
}

/** Cookies ignore ports, so two studios on one machine use different names. */
function cookieName(port: string): string {
  return `attune-studio-${port}`;
}

function portOf(context: Context): string {
  const { incoming } = context.env as { incoming: { socket: { localPort?: number } } };
  return String(incoming.socket.localPort ?? '');
}
