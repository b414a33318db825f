import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AttuneError } from '../../base/errors.ts';
import { formatBytes } from '../../base/format.ts';
import { writeFailure } from '../../files/atomic.ts';

const MOST_BYTES = 8 * 2 ** 30;

/**
 * Keeps an uploaded file in `folder` under its own name, or with a number where another file has it. The same file twice
 * is kept once. A temporary file is linked when complete, so no partial file is ever visible. @returns its path
 */
export async function keepUpload(folder: string, name: string, body: ReadableStream<Uint8Array>): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const part = join(folder, `.upload-${process.pid}-${Math.random().toString(36).slice(2)}`);
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(bytes > MOST_BYTES ? tooLarge(name) : null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(body as never), counted, createWriteStream(part, { flags: 'wx' }));
    return await place(part, { folder, name: safeName(name), hash: hash.digest('hex') });
  } catch (error) {
    throw error instanceof AttuneError ? error : writeFailure(part, error);
  } finally {
    rmSync(part, { force: true });
  }
}

async function place(
  part: string,
  { folder, name, hash }: { folder: string; name: string; hash: string },
): Promise<string> {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? name : `${stem}-${number}${extension}`);
    if (!existsSync(path)) {
      linkSync(part, path);
      return path;
    }
    if ((await hashOf(path)) === hash) return path;
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Neither a path nor hidden nor an option: letters, digits and what is common in names. @throws AttuneError E_USAGE */
export function safeName(name: string): string {
  const base = name.split(/[/\\]/).at(-1)!.normalize('NFC');
  const safe = base
    .replaceAll(/[^\p{L}\p{N} ._()+-]/gu, '_')
    .replace(/^[.\s-]+/, '')
    .trim()
    .slice(-150);
  if (safe !== '') return safe;
  throw new AttuneError('E_USAGE', { what: 'The file has no usable name', got: JSON.stringify(name) });
}

function tooLarge(name: string): AttuneError {
  return new AttuneError('E_FILE_TOO_LARGE', {
    what: `${name} is too large to upload`,
    expected: `at most ${formatBytes(MOST_BYTES)}`,
    fix: "copy it into the studio's folder and name it there",
  });
}
