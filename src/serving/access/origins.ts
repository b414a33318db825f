/** Checks of the Host and Origin headers. */
import { ApiError } from '../api-error.ts';
import type { ServeSettings } from '../server-settings.ts';

type OriginSettings = Pick<ServeSettings, 'host' | 'cors' | 'allowed_hosts'>;

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * Checks a request's Host and Origin headers. On the loopback address, Host must be one of this machine's own names,
 * since other sites can make their names resolve to it (DNS rebinding). A page's Origin must be the server's own or
 * one listed in `cors`.
 * @throws ApiError 403, 421
 */
export function checkOrigin(request: Request, settings: OriginSettings): void {
  const host = request.headers.get('host') ?? '';
  if (isLoopback(settings.host) && !isOwnName(host, settings)) {
    const message = `The Host header names another machine: ${shown(host)}. If it is a name of this machine, add it to allowed_hosts.`;
    throw new ApiError(421, { message, code: 'host_not_allowed' });
  }
  const origin = request.headers.get('origin');
  if (origin === null || isListed(origin, settings) || isSame(origin, host)) return;
  const message = `Pages from ${shown(origin)} may not call this server. Start it with --cors ${shown(origin)} to allow them.`;
  throw new ApiError(403, { message, code: 'origin_not_allowed' });
}

function isOwnName(host: string, { allowed_hosts: allowed }: OriginSettings): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  return isLoopback(name) || allowed.includes(name) || allowed.includes(host);
}

function isListed(origin: string, { cors }: OriginSettings): boolean {
  return cors.includes(origin) || cors.includes('*');
}

function isSame(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

function shown(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, 100);
}

/** CORS headers that let a listed page read the reply. */
export function corsHeaders(request: Request, settings: OriginSettings): Record<string, string> {
  const origin = request.headers.get('origin');
  if (origin === null || !isListed(origin, settings)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'x-request-id, retry-after, openai-processing-ms',
    vary: 'origin',
  };
}

/** Headers of a CORS preflight reply. */
export function preflightHeaders(request: Request, settings: OriginSettings): Record<string, string> {
  return {
    ...corsHeaders(request, settings),
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '*',
    'access-control-max-age': '600',
  };
}
