import { retryAfter, UNREACHED_CODES } from '../../base/connection.ts';
import { createHash, type Hash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '../../base/errors.ts';
import { writeAll, writeFailure } from '../../files/atomic.ts';
import { makeFolders } from '../../files/make-folder.ts';
import type { HubFile } from './listing.ts';
import { leavePart, takePart } from './part.ts';

export interface DownloadRequest {
  url: string;
  /** Destination of the complete file; `PLACE.….incomplete` until then. */
  place: string;
  file: Pick<HubFile, 'path' | 'size' | 'hash' | 'hashedBy'>;
  fetch: typeof fetch;
  signal: AbortSignal;
  /** Called with the number of bytes received so far. */
  onProgress?: (bytes: number) => void;
  /** Milliseconds without a byte after which a connection is dropped. */
  patience?: number;
  /** Milliseconds before the first retry, doubled with each further one. */
  pause?: number;
}

/** Consecutive attempts without progress; fewer if the server is unreachable. */
const ATTEMPTS = 5;
const UNREACHED_ATTEMPTS = 2;
const PATIENCE = 30_000;
const PAUSE = 1000;

/**
 * Downloads one file. Resumes an interrupted attempt, drops a silent connection, accepts at most the announced number
 * of bytes, and keeps the file only if its hash matches.
 * @throws E_HUB_HASH, E_HUB_SIZE, E_HUB_UNREACHABLE, E_HUB_FORBIDDEN, E_DISK_FULL
 */
export async function downloadFile(request: DownloadRequest): Promise<void> {
  const { place } = request;
  makeFolders(dirname(place));
  const part = takePart(place);
  try {
    await fetchWhole(request, part);
  } finally {
    leavePart(part, place);
  }
}

async function fetchWhole(request: DownloadRequest, part: string): Promise<void> {
  const { place, file } = request;
  const wasResumed = sizeOf(part) > 0;
  await fetchAll(request, part);
  if (await isRight(part, file)) return keep(part, place);
  rmSync(part, { force: true });
  if (wasResumed) {
    // The resumed beginning may belong to another file, so the download starts over once.
    await fetchAll(request, part);
    if (await isRight(part, file)) return keep(part, place);
    rmSync(part, { force: true });
  }
  throw new AttuneError('E_HUB_HASH', {
    what: `${file.path} does not match the hash announced by the hub`,
    got: 'another hash; the file was discarded',
    expected: `${file.hashedBy === 'git' ? "git's SHA-1" : 'SHA-256'} ${file.hash}`,
    fix: 'try again; if it happens again, do not trust this mirror',
  });
}

function keep(part: string, place: string): void {
  const descriptor = openSync(part, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(part, place);
}

async function fetchAll(request: DownloadRequest, part: string): Promise<void> {
  const { file, signal, pause = PAUSE } = request;
  let failures = 0;
  while (sizeOf(part) < file.size || !existsSync(part)) {
    const before = sizeOf(part);
    try {
      await fetchOn(request, part);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AttuneError) throw error;
      // Attempts that make progress do not count as failures.
      failures = sizeOf(part) > before ? 0 : failures + 1;
      if (failures >= (isUnreached(error) ? UNREACHED_ATTEMPTS : ATTEMPTS)) throw givenUp(file, error);
      await sleep(waitFor(error) ?? pause * 2 ** Math.max(0, failures - 1), undefined, { signal });
    }
  }
}

function isUnreached(error: unknown): boolean {
  const { cause, message } = error as { cause?: { code?: string }; message?: string };
  const code = cause?.code ?? '';
  return (
    UNREACHED_CODES.has(code) || code === 'UND_ERR_CONNECT_TIMEOUT' || message?.startsWith('no answer within') === true
  );
}

/** A temporary refusal, with the delay that the server requests before a retry. */
class Busy extends Error {
  readonly milliseconds?: number;
  constructor(response: Response) {
    super(`status ${response.status}`);
    const seconds = retryAfter(response.headers) ?? 0;
    if (seconds > 0) this.milliseconds = Math.min(seconds, 120) * 1000;
  }
}

function waitFor(error: unknown): number | undefined {
  return error instanceof Busy ? error.milliseconds : undefined;
}

/** One connection: requests the missing bytes and appends them to the partial file. */
async function fetchOn({ url, file, fetch, signal, onProgress, patience = PATIENCE }: DownloadRequest, part: string) {
  let have = sizeOf(part);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error(`no data for ${patience / 1000} s`)), patience);
  try {
    const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
    const response = await fetch(url, { headers, signal: AbortSignal.any([signal, silence.signal]) });
    refuse(response, file);
    if (have > 0 && !continues(response, have)) have = 0;
    const descriptor = openSync(part, have === 0 ? 'w' : 'a');
    try {
      if (response.body !== null) {
        for await (const piece of response.body) {
          timer.refresh();
          have += piece.byteLength;
          if (have > file.size) throw tooLong(file, part);
          writeAll(descriptor, piece);
          onProgress?.(have);
        }
      }
    } catch (error) {
      throw error instanceof AttuneError || (error as NodeJS.ErrnoException).syscall !== 'write'
        ? error
        : writeFailure(part, error);
    } finally {
      closeSync(descriptor);
    }
    if (have < file.size) throw new Error(`the connection ended after ${have} of ${file.size} bytes`);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a response continues at the right offset; others are not appended. */
function continues(response: Response, have: number): boolean {
  return response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${have}-`) === true;
}

function refuse(response: Response, { path }: DownloadRequest['file']): void {
  const { status } = response;
  if (status === 200 || status === 206) return;
  if (status === 429 || status >= 500) throw new Busy(response);
  if (status === 416)
    throw new AttuneError('E_HUB_SIZE', { what: `${path} is shorter than announced by the hub`, fix: RETRY });
  throw new AttuneError(status === 401 || status === 403 ? 'E_HUB_FORBIDDEN' : 'E_HUB_MISSING', {
    what: `The hub refused to serve ${path}`,
    got: `status ${status}`,
    fix: status === 404 ? RETRY : 'accept the terms on its page, and set HF_TOKEN',
  });
}

const RETRY = 'fetch it again; the repository may have changed';

function tooLong(file: DownloadRequest['file'], part: string): AttuneError {
  rmSync(part, { force: true });
  return new AttuneError('E_HUB_SIZE', {
    what: `${file.path} is longer than announced by the hub`,
    expected: `${file.size} bytes`,
    fix: 'if it happens again, do not trust this mirror',
  });
}

function givenUp({ path }: DownloadRequest['file'], error: unknown): AttuneError {
  const { message, cause } = error as Error;
  return new AttuneError('E_HUB_UNREACHABLE', {
    what: `${path} could not be fetched`,
    got: cause instanceof Error ? cause.message : message,
    fix: 'try again: the download resumes where it stopped',
  });
}

async function isRight(part: string, { size, hash, hashedBy }: DownloadRequest['file']): Promise<boolean> {
  const digest: Hash = hashedBy === 'git' ? createHash('sha1').update(`blob ${size}\0`) : createHash('sha256');
  for await (const piece of createReadStream(part, { highWaterMark: 1 << 20 })) digest.update(piece as Buffer);
  return digest.digest('hex') === hash;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
