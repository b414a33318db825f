import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AttuneError } from '../base/errors.ts';

const CHUNK_BYTES = 1 << 20;

/** Byte range of a file: from `start` up to `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/** A file's bytes, or a range of them, in chunks of about 1 MiB; `.gz` files are decompressed. */
export async function* readBytes(path: string, range?: ByteRange): AsyncGenerator<Buffer, void, undefined> {
  let stream: Readable | undefined;
  try {
    if (range === undefined && (await isSmall(path))) {
      const content = await readFile(path);
      if (content.length > 0) yield content;
      return;
    }
    stream = open(path, range);
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw readFailure(path, error);
  } finally {
    stream?.destroy();
  }
}

/** Whether a file fits one chunk: with thousands of small files, streams and their buffers would dominate. */
async function isSmall(path: string): Promise<boolean> {
  if (path.endsWith('.gz')) return false;
  const about = await stat(path);
  return about.isFile() && about.size <= CHUNK_BYTES;
}

function open(path: string, range?: ByteRange): Readable {
  const bounds = range && { start: range.start, end: range.end - 1 };
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES, ...bounds });
  if (!path.endsWith('.gz')) return file;
  // File errors propagate through the decompressor, which `pipeline` destroys.
  return pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
}

const UNREADABLE = new Set(['EACCES', 'EPERM', 'EISDIR', 'EIO', 'ELOOP', 'ENAMETOOLONG', 'ENOTDIR']);

/** Maps a system error to one with advice; other errors pass through. */
export function readFailure(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === undefined || error instanceof AttuneError) return error;
  const cause = { cause: error };
  if (code === 'ENOENT') {
    return missingFile(path, error);
  }
  if (UNREADABLE.has(code)) {
    const got = (error as Error).message;
    return new AttuneError('E_FILE_UNREADABLE', {
      what: `Cannot read ${path}`,
      got,
      fix: 'check the file and its permissions',
      ...cause,
    });
  }
  if (code.startsWith('Z_')) {
    const [got, fix] = [(error as Error).message, 'it may be truncated or not gzip: fetch or compress it again'];
    return new AttuneError('E_BAD_FILE', { what: `${path} cannot be decompressed`, got, fix, ...cause });
  }
  return error;
}

export function missingFile(path: string, cause?: unknown): AttuneError {
  const whole = resolve(path);
  return new AttuneError('E_FILE_MISSING', {
    what: `There is no file ${path}`,
    got: whole === path ? undefined : whole,
    fix: 'check the path',
    cause,
  });
}
