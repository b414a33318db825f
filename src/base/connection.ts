import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ConnectionOptions {
  /** Time limit for name resolution and connecting. Default 5. */
  seconds?: number;
  /** Number of attempts, since a restarting server refuses briefly. Default 2. */
  tries?: number;
  signal?: AbortSignal;
}

/**
 * Tests within seconds whether an address accepts connections, before a request whose retries can take minutes.
 * @returns the reason if it does not; undefined if it does, or if a proxy is in use
 */
export async function unreachedBecause(
  address: string,
  { seconds = 5, tries = 2, signal }: ConnectionOptions = {},
): Promise<string | undefined> {
  // `fetch` then connects to the proxy, which may reach hosts that this machine cannot.
  if ((process.env.NODE_USE_ENV_PROXY ?? '') !== '') return undefined;
  const { hostname, port, protocol } = new URL(address);
  const place = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'http:' ? 80 : 443) };
  for (let attempt = 1; ; attempt++) {
    const code = await attemptConnection(place, seconds * 1000, signal);
    signal?.throwIfAborted();
    if (code === undefined) return undefined;
    if (attempt >= tries || code === 'TIMEOUT') return inWords(code, place, seconds);
    await sleep(500, undefined, { signal });
  }
}

/** Whether requests to a host stay on this machine. */
export function isThisMachine(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** Error codes of failures before anything was sent. */
export const UNREACHED_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

interface Place {
  host: string;
  port: number;
}

function attemptConnection(place: Place, milliseconds: number, signal?: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Happy eyeballs would allow each address only a quarter of a second.
    const socket = connect({ ...place, autoSelectFamilyAttemptTimeout: milliseconds / 2 });
    const end = (code?: string): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      socket.destroy();
      resolve(code);
    };
    const stop = (): void => end('STOPPED');
    const timer = setTimeout(() => end('TIMEOUT'), milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
    socket.on('connect', () => end());
    socket.on('error', ({ code = 'unknown', errors }: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }) =>
      end(errors?.[0]?.code ?? code),
    );
  });
}

function inWords(code: string, { host, port }: Place, seconds: number): string {
  if (code === 'TIMEOUT') return `${host}:${port} accepted no connection within ${seconds} s`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the host name ${host} cannot be resolved (${code})`;
  if (code === 'ECONNREFUSED') return `nothing listens on port ${port} of ${host} (${code})`;
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return `${host} cannot be reached from here (${code})`;
  return `${host}:${port}: ${code}`;
}

/** Seconds to wait before retrying, from the header's number or date. */
export function retryAfter(headers: Headers): number | undefined {
  const header = headers.get('retry-after');
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}
