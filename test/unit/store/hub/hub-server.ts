import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Fault in the reply for a file. */
export interface Fault {
  /** Bytes after which the connection is closed, each time. */
  breaksAfter?: number;
  /** Sends these bytes instead of the file's. */
  sends?: Buffer;
  /** Number of times that it sends only headers. */
  stalls?: number;
  /** Rejects requests this many times, with this status. */
  refuses?: { times: number; status: number; retryAfter?: string };
  ignoresRange?: boolean;
  /** Redirects to another host. */
  redirects?: string;
}

export interface StoredFile {
  content: Buffer;
  isLarge?: boolean;
  fault?: Fault;
  /** False values in the listing. */
  listed?: { path?: string; size?: number; oid?: string };
}

export interface HubServer extends AsyncDisposable {
  url: string;
  files: Map<string, StoredFile>;
  /** Path, range and authorization of every request. */
  requests: { path: string; range?: string; authorization?: string }[];
  /** If set, requests need this token. */
  token?: string;
}

export const COMMIT = 'c0ffee'.padEnd(40, '0');

/** A server for one repository in the hub's protocol, with faults on request. */
export async function startHub(): Promise<HubServer> {
  const hub: Omit<HubServer, 'url' | keyof AsyncDisposable> = { files: new Map(), requests: [] };
  const server = createServer((request, response) => answer(hub, request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(hub, {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  });
}

type Hub = Omit<HubServer, 'url' | keyof AsyncDisposable>;

function answer(hub: Hub, request: IncomingMessage, response: ServerResponse): void {
  const path = decodeURIComponent(new URL(request.url!, 'http://hub').pathname);
  const { range, authorization } = request.headers;
  hub.requests.push({ path, range, authorization });
  if (hub.token !== undefined && authorization !== `Bearer ${hub.token}`) return end(response, 401, '{}');
  if (path.includes('/missing')) return end(response, 404, '{"error":"Repository not found"}');
  if (/^\/api\/(models|datasets)\/[^/]+\/[^/]+\/revision\//.test(path)) {
    return end(response, 200, JSON.stringify({ _id: '1', id: 'owner/name', sha: COMMIT, lastModified: '2026-01-01' }));
  }
  if (path.startsWith('/api/')) return end(response, 200, JSON.stringify(listing(hub)));
  const name = path.slice(path.indexOf(`/resolve/${COMMIT}/`) + COMMIT.length + 10);
  const file = hub.files.get(name);
  if (file === undefined) return end(response, 404, 'Entry not found');
  sendFile(file, range, response);
}

function listing({ files }: Hub): unknown[] {
  return [...files].map(([path, { content, isLarge, listed }]) => ({
    type: 'file',
    path: listed?.path ?? path,
    size: listed?.size ?? content.length,
    oid: listed?.oid ?? gitHash(content),
    ...(isLarge && {
      lfs: { oid: listed?.oid ?? sha256(content), size: listed?.size ?? content.length, pointerSize: 130 },
    }),
  }));
}

function sendFile({ content, fault = {} }: StoredFile, range: string | undefined, response: ServerResponse): void {
  if (fault.refuses !== undefined && fault.refuses.times-- > 0) {
    const { status, retryAfter } = fault.refuses;
    if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
    return end(response, status, 'later');
  }
  if (fault.redirects !== undefined) {
    response.setHeader('location', fault.redirects);
    return end(response, 302, '');
  }
  const body = fault.sends ?? content;
  const start = range === undefined || fault.ignoresRange ? 0 : Number(/^bytes=(\d+)-$/.exec(range)![1]);
  if (start > 0) response.setHeader('content-range', `bytes ${start}-${body.length - 1}/${body.length}`);
  response.writeHead(start > 0 ? 206 : 200);
  if (fault.stalls !== undefined && fault.stalls-- > 0) {
    response.flushHeaders();
    return;
  }
  if (fault.breaksAfter === undefined || start + fault.breaksAfter >= body.length) {
    response.end(body.subarray(start));
    return;
  }
  response.write(body.subarray(start, start + fault.breaksAfter), () => response.destroy());
}

function end(response: ServerResponse, status: number, body: string): void {
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json');
  response.writeHead(status).end(body);
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export function gitHash(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}
