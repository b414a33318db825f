/** A server on a socket, with limits against broken and hostile clients. */
import { table } from '../base/table.ts';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import { AttuneError } from '../base/errors.ts';
import type { MountedServer } from './create-server.ts';
import type { ServeSettings } from './server-settings.ts';

export interface RunningServer {
  readonly url: string;
  /** Process id of the server. */
  readonly pid: number;
  /** Names of the served models. */
  readonly models: readonly string[];
  /** Completes requests in flight within the configured time, and closes the models. */
  close(): Promise<void>;
}

function limitsOf({ header_seconds: header, request_seconds: request }: ServeSettings): ServerOptions {
  return {
    maxHeaderSize: 16 * 1024,
    // Slower clients are disconnected.
    headersTimeout: header * 1000,
    requestTimeout: Math.max(header, request) * 1000,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 1000,
  };
}

/** @throws AttuneError E_PORT_IN_USE, E_LISTEN, E_TLS */
export async function listen(mounted: MountedServer): Promise<RunningServer> {
  const { settings, table } = mounted.parts;
  const listener = listenerOf(mounted);
  const server =
    settings.tls === undefined
      ? createServer(limitsOf(settings), listener)
      : tlsServer(settings.tls, { ...limitsOf(settings), handshakeTimeout: settings.header_seconds * 1000 }, listener);
  server.on('clientError', refuseBroken);
  await bind(server, settings);
  const { port } = server.address() as AddressInfo;
  return {
    url: `${settings.tls === undefined ? 'http' : 'https'}://${hostOf(settings.host)}:${port}`,
    pid: process.pid,
    models: table.names.map(({ name }) => name),
    async close() {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      await mounted.close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), LAST_BYTES).unref();
      await closed;
    },
  };
}

/** Milliseconds to flush written data. */
const LAST_BYTES = 1000;

type Listener = ReturnType<typeof getRequestListener>;

/** Closes connections while draining; otherwise clients with further requests would keep them open. */
function listenerOf({ app, parts }: MountedServer): Listener {
  const answer = getRequestListener(app.fetch);
  return (request, response) => {
    if (parts.state.isDraining && 'shouldKeepAlive' in response) response.shouldKeepAlive = false;
    return answer(request, response);
  };
}

/** @throws AttuneError E_TLS */
export function tlsServer(
  { cert, key }: NonNullable<ServeSettings['tls']>,
  options: ServerOptions & TlsOptions,
  listener: Listener,
): Server {
  try {
    const files = { cert: readFileSync(cert), key: readFileSync(key) };
    return createTlsServer({ ...options, ...files, minVersion: 'TLSv1.2' }, listener) as unknown as Server;
  } catch (error) {
    throw new AttuneError('E_TLS', {
      what: 'The TLS certificate or key cannot be used',
      got: (error as Error).message,
      expected: 'files in PEM: tls.cert and tls.key',
      fix: 'check both paths, and that certificate and key match',
      cause: error,
    });
  }
}

/** @throws AttuneError E_PORT_IN_USE, E_LISTEN */
export function bind(server: Server, { host, port }: Pick<ServeSettings, 'host' | 'port'>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, { host, port })));
    server.listen(port, host, resolve);
  });
}

function cannotListen(
  { code, message }: NodeJS.ErrnoException,
  { host, port }: { host: string; port: number },
): AttuneError {
  if (code === 'EADDRINUSE')
    return new AttuneError('E_PORT_IN_USE', {
      what: `Port ${port} of ${host} is in use`,
      fix: 'choose another one: --port 8001, or 0 for any free port',
    });
  return new AttuneError('E_LISTEN', {
    what: `The server cannot listen on ${host}:${port}`,
    got: message,
    fix: 'choose another --host or --port',
  });
}

export function hostOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

const BROKEN: Readonly<Record<string, [status: number, reason: string, message: string]>> = table({
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers are larger than 16 KB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request took too long to arrive.'],
});

/** Replies to malformed or incomplete HTTP requests if possible, then closes the connection. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, reason, message] = BROKEN[error.code ?? ''] ?? [
    400,
    'Bad Request',
    'This is not an HTTP/1.1 request.',
  ];
  const body = JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code: 'bad_request' } });
  const head = `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
}
