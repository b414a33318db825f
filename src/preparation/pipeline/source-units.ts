/** Divides sources into units: small files that are read together, or a piece of a large one. */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { countPieces, type FoundFile } from '@attune/documents';
import { readFailure } from '../../files/bytes.ts';

/** A found file with its size; 0 for skipped files and for databases. */
export type SizedFile = FoundFile & {
  bytes: number;
  /** A copy on this machine, which is removed once it has been read. */
  isCopy?: true;
};

export interface Unit {
  files: SizedFile[];
  /** For a piece of a large file: its number, and the number of pieces. */
  piece?: { index: number; count: number };
}

/** Approximate size of a unit: the amount to read again after a kill or when a file changes. */
export interface UnitSize {
  bytes: number;
  files: number;
}

export const USUAL_SIZE: UnitSize = { bytes: 64 * 2 ** 20, files: 2000 };

/** All files of the sources, which must be the same for all shards. */
export interface Listing {
  /** SHA-256 over the names and sizes of all files. */
  hash: string;
  files: number;
  bytes: number;
}

export async function* sized(found: AsyncIterable<FoundFile & { bytes?: number }>): AsyncGenerator<SizedFile> {
  for await (const file of found) yield { ...file, bytes: file.bytes ?? bytesOf(file) };
}

function bytesOf(file: FoundFile): number {
  if ('reason' in file || !existsSync(file.path)) return 0;
  try {
    return statSync(file.path).size;
  } catch (error) {
    throw readFailure(file.path, error);
  }
}

export async function listingOf(found: AsyncIterable<SizedFile>): Promise<Listing> {
  const digest = createHash('sha256');
  const total = { files: 0, bytes: 0 };
  for await (const { name, bytes } of found) {
    digest.update(`${JSON.stringify([name, bytes])}\n`);
    total.files++;
    total.bytes += bytes;
  }
  return { ...total, hash: digest.digest('hex') };
}

/** Each shard gets several units, which evens out their load. */
const UNITS_PER_SHARD = 4;
const LEAST_BYTES = 2 ** 20;

/** The unit size affects only which shard produces which rows, not the data set. */
export function sizeFor(shards: number, { files, bytes }: Listing): UnitSize {
  const share = (all: number): number => Math.ceil(all / (shards * UNITS_PER_SHARD));
  return {
    bytes: Math.min(USUAL_SIZE.bytes, Math.max(LEAST_BYTES, share(bytes))),
    files: Math.min(USUAL_SIZE.files, Math.max(1, share(files))),
  };
}

/** Reads no more than the first bytes of large files. */
export async function* unitsOf(found: AsyncIterable<SizedFile>, size: UnitSize): AsyncGenerator<Unit> {
  let files: SizedFile[] = [];
  let bytes = 0;
  for await (const file of found) {
    const count = file.bytes > size.bytes ? await piecesOf(file, size.bytes) : 1;
    if (count === 1) {
      files.push(file);
      bytes += file.bytes;
    }
    if (count > 1 || bytes >= size.bytes || files.length >= size.files) {
      if (files.length > 0) yield { files };
      [files, bytes] = [[], 0];
    }
    if (count > 1) for (let index = 0; index < count; index++) yield { files: [file], piece: { index, count } };
  }
  if (files.length > 0) yield { files };
}

/** Bucket objects have not been downloaded yet, so they are read whole. */
async function piecesOf({ path, name }: SizedFile, bytes: number): Promise<number> {
  if (!existsSync(path)) return 1;
  try {
    return await countPieces(path, name, bytes);
  } catch (error) {
    throw readFailure(path, error);
  }
}
