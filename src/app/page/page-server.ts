import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseJson } from '../../files/json.ts';
import { pageAsset, pageFile, type PageFile, type PageName } from '../../serving/page/page-file.ts';

/** Content of a page server: a page of the bundle, its settings, and one kind of request that the page may send. */
export interface PageContent {
  page: PageName;
  /** Time in milliseconds since the epoch after which nothing is served. */
  until?: number;
  /** Settings of the page. */
  state(): unknown;
  /** Maximum size of a request's body. */
  mostBytes: number;
  /** Handler of a request from the page; undefined if the request is invalid. */
  ask(body: unknown): Answering | undefined;
}

/** Answers line by line; `signal` is aborted when the client has gone. */
export type Answering = (line: (value: unknown) => void, signal: AbortSignal) => Promise<void>;

export interface PageServer {
  /** URL with its token; requests without it are refused. */
  readonly url: string;
  close(): Promise<void>;
}

/** Headers that prevent pages from being cached or revealed by the Referer header. */
export const PRIVATE_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const HEADERS = { ...PRIVATE_HEADERS, 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" };

/**
 * Serves one page on this machine: bound to 127.0.0.1, on a free port, under a path that cannot be guessed. Host and
 * Origin are checked against requests of other sites (DNS rebinding).
 */
export async function servePage(content: PageContent): Promise<PageServer> {
  const token = randomBytes(18).toString('base64url');
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    answer({ request, response, content }, { token, port }).catch((error: unknown) => fail(response, error));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  content: PageContent;
}

async function answer(exchange: Exchange, place: { token: string; port: number }): Promise<void> {
  const { request, response, content } = exchange;
  if (!isFromHere(request, place.port)) return refuse(response, 403);
  const [, token, name, ...rest] = (request.url ?? '').split('/');
  if (!isEqual(token ?? '', place.token) || rest.length > 0) return refuse(response, 404);
  if (content.until !== undefined && Date.now() >= content.until) return refuse(response, 410);
  const file = name === '' ? pageFile(content.page) : pageAsset(name ?? '');
  if (file !== undefined && request.method === 'GET') return send(response, file);
  if (name === 'state' && request.method === 'GET') {
    const state = JSON.stringify(content.state());
    response.writeHead(200, { ...HEADERS, 'content-type': 'application/json' }).end(state);
    return;
  }
  if (name !== 'ask') return refuse(response, 404);
  if (request.method !== 'POST') return refuse(response, 405);
  const body = await readBody(request, content.mostBytes);
  const answering = body && content.ask(body.value);
  if (answering === undefined) return refuse(response, 400);
  await stream(response, answering);
}

/**
 * Whether a request comes from a page that this machine serves at `port`. Browsers send Origin with every POST: a
 * page of another site has a different Origin, or a different Host with DNS rebinding.
 */
export function isFromHere({ headers, method }: Pick<IncomingMessage, 'headers' | 'method'>, port: number): boolean {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(headers.host ?? '')) return false;
  if (headers.origin === undefined) return method === 'GET';
  return headers.origin === `http://${headers.host}`;
}

/** Compares secrets in constant time. */
export function isEqual(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function send(response: ServerResponse, { text, headers }: PageFile): void {
  response.writeHead(200, { ...PRIVATE_HEADERS, ...headers }).end(text);
}

async function stream(response: ServerResponse, answering: Answering): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.writeHead(200, { ...HEADERS, 'content-type': 'application/x-ndjson; charset=utf-8' });
  const line = (value: unknown) => {
    if (!gone.signal.aborted) response.write(`${JSON.stringify(value)}\n`);
  };
  await answering(line, gone.signal);
  response.end();
}

/** Undefined if the body is not JSON, or much larger than a page would send. */
async function readBody(request: IncomingMessage, most: number): Promise<{ value: unknown } | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > most) return undefined;
    parts.push(part);
  }
  try {
    return { value: parseJson(Buffer.concat(parts).toString('utf8')) };
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: 400 | 403 | 404 | 405 | 410): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain', connection: 'close' }).end(`${status}\n`);
}

/** The beginning of the reply may have been sent; then the connection can only be closed. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy(error instanceof Error ? error : undefined);
  else response.writeHead(500, { ...HEADERS, 'content-type': 'text/plain' }).end(`${String(error)}\n`);
}
