import { createHash, hash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFailure } from './bytes.ts';

/** SHA-256 of text (as UTF-8) or bytes: 64 hex digits. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** Reused buffer: with thousands of files, allocating one for each would dominate. */
let piece: Buffer | undefined;

/** SHA-256 of a file of any size, read in chunks; synchronous. */
export function sha256FileSync(path: string): string {
  return sha256StartSync(path, Infinity);
}

/** SHA-256 of a file's first bytes; synchronous. */
export function sha256StartSync(path: string, bytes: number): string {
  const digest = createHash('sha256');
  piece ??= Buffer.allocUnsafe(1 << 20);
  const descriptor = openSync(path, 'r');
  try {
    for (let rest = bytes; rest > 0;) {
      const count = readSync(descriptor, piece, 0, Math.min(piece.length, rest), null);
      if (count === 0) break;
      digest.update(piece.subarray(0, count));
      rest -= count;
    }
    return digest.digest('hex');
  } finally {
    closeSync(descriptor);
  }
}

/** SHA-256 of a file of any size, read in chunks. */
export async function sha256File(path: string): Promise<string> {
  const digest = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) digest.update(chunk as Buffer);
  } catch (error) {
    throw readFailure(path, error);
  }
  return digest.digest('hex');
}

/**
 * SHA-256 of every file below a folder, names included. For a folder of source code it is that code's version: it
 * changes with any edit, in development and in the published package alike.
 */
export function sha256Folder(folder: string): string {
  const digest = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const name = relative(folder, file).split(sep).join('/');
    digest.update(`${JSON.stringify(name)} ${sha256(readFileSync(file))}\n`);
  }
  return digest.digest('hex');
}

/**
 * Hash of folders of the program's own code or assets, relative to the module at `base`; memoised, since they do not
 * change while it runs.
 */
export function sha256OfOwn(folders: readonly string[], base: string): string {
  const paths = folders.map((folder) => fileURLToPath(new URL(folder, base)));
  const key = paths.join('\n');
  const known = ownFolders.get(key) ?? sha256(paths.map(sha256Folder).join());
  ownFolders.set(key, known);
  return known;
}

const ownFolders = new Map<string, string>();
