import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Misbehaviour {
  /** Bytes after which the connection is cut, for each request in turn; undefined serves the rest. */
  cutAfter?: readonly (number | undefined)[];
  /** Leaves the connection open without sending more, instead of cutting it. */
  stall?: boolean;
  /** Milliseconds between pieces of 1,000 bytes. */
  slow?: number;
  /** Ignores the Range header: sends everything, with status 200. */
  noRange?: boolean;
  /** Statuses to send instead, for each request in turn. */
  statuses?: readonly (number | undefined)[];
}

export interface ArchiveServer {
  url: string;
  /** Range headers of the GET requests, in order. */
  ranges: (string | undefined)[];
  close(): Promise<void>;
}

/** Serves `content` at every path, with the requested misbehaviour. */
export async function serveArchive(content: Buffer, misbehaviour: Misbehaviour = {}): Promise<ArchiveServer> {
  const ranges: (string | undefined)[] = [];
  const server: Server = createServer((request, response) => {
    if (request.method === 'HEAD') {
      response.writeHead(200, { 'content-length': content.length }).end();
      return;
    }
    const turn = ranges.length;
    ranges.push(request.headers.range);
    void answer({ request, response, content, misbehaviour, turn });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ranges,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Turn {
  request: IncomingMessage;
  response: ServerResponse;
  content: Buffer;
  misbehaviour: Misbehaviour;
  turn: number;
}

async function answer({ request, response, content, misbehaviour, turn }: Turn): Promise<void> {
  const status = misbehaviour.statuses?.[turn];
  if (status !== undefined) {
    response.writeHead(status).end();
    return;
  }
  const [, first = '0', last = ''] =
    (misbehaviour.noRange !== true && /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')) || [];
  const start = Number(first);
  const end = last === '' ? content.length : Math.min(content.length, Number(last) + 1);
  if (start >= content.length) {
    response.writeHead(416).end();
    return;
  }
  const headers: Record<string, string | number> = { 'content-length': end - start };
  const isPart = end - start < content.length;
  if (isPart) headers['content-range'] = `bytes ${start}-${end - 1}/${content.length}`;
  response.writeHead(isPart ? 206 : 200, headers);
  const cut = misbehaviour.cutAfter?.[turn];
  const body = content.subarray(start, cut === undefined ? end : Math.min(end, start + cut));
  await send(response, body, misbehaviour.slow);
  if (cut === undefined) response.end();
  else if (!misbehaviour.stall) response.destroy();
}

async function send(response: ServerResponse, body: Buffer, pause: number | undefined): Promise<void> {
  const step = pause === undefined ? body.length : 1000;
  for (let offset = 0; offset < body.length && !response.destroyed; offset += step) {
    const piece = body.subarray(offset, offset + step);
    await new Promise<void>((resolve) => response.write(piece, () => resolve()));
    if (pause !== undefined) await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
