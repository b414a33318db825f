import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { sha256 } from '@attune/files/hash';

const CHUNK_BYTES = 1 << 20;

type SizedFile = { path: string; bytes: number; content?: Buffer };

/** A file's bytes in chunks; a small file in one piece, since a buffer for each of millions would dominate the work. */
export async function* fileChunks({ path, bytes, content }: SizedFile): AsyncGenerator<Buffer> {
  if (content !== undefined) yield content;
  else if (bytes <= CHUNK_BYTES) yield await readFile(path);
  else for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer;
}

/** SHA-256 of a file of any size; `onChunk` receives every chunk. */
export async function hashFile(file: SizedFile, onChunk: (chunk: Buffer) => void): Promise<string> {
  if (file.bytes <= CHUNK_BYTES) {
    const content = file.content ?? (await readFile(file.path));
    onChunk(content);
    return sha256(content);
  }
  const digest = createHash('sha256');
  for await (const chunk of fileChunks(file)) {
    digest.update(chunk);
    onChunk(chunk);
  }
  return digest.digest('hex');
}
