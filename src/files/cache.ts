import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { attuneCache } from '../base/home.ts';
import { writeAll, writeAtomic } from './atomic.ts';
import { sha256 } from './hash.ts';

declare const brand: unique symbol;

/** Key of a cache entry. Only `cacheKey` creates one, so entries are never looked up by path, name or time. */
export type CacheKey = string & { readonly [brand]: 'CacheKey' };

/** Everything that tokenised rows depend on, each as a SHA-256 (64 hex digits). */
export interface CacheParts {
  /** The rows' ids in order. */
  rows: string;
  tokenizer: string;
  template: string;
  /** Version of the code that renders and tokenises: `sha256Folder`. */
  code: string;
  /** Further settings as plain JSON: trained turns, maximum row length, … */
  settings: unknown;
}

export function cacheKey({ rows, tokenizer, template, code, settings }: CacheParts): CacheKey {
  const parts = { rows, tokenizer, template, code };
  for (const [name, value] of Object.entries(parts)) {
    if (!/^[0-9a-f]{64}$/.test(value))
      throw new RangeError(`The cache key's ${name} must be a SHA-256, got "${value}"`);
  }
  return sha256(JSON.stringify({ ...parts, settings })) as CacheKey;
}

const DIGEST_BYTES = 32;

/**
 * A folder of entries addressed by the inputs that produced them. Each entry ends with its own SHA-256; a corrupt
 * entry is a miss.
 */
export class ContentCache {
  readonly #folder: string;
  readonly #maxBytes: number;

  /** `maxBytes`: beyond this size the least recently used entries are deleted. */
  constructor(folder = join(attuneCache(), 'rows'), maxBytes = 10 * 2 ** 30) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  read(key: CacheKey): Uint8Array | undefined {
    const path = this.#path(key);
    const data = readWhole(path);
    if (data === undefined || data.length < DIGEST_BYTES) return undefined;
    const content = data.subarray(0, -DIGEST_BYTES);
    const digest = createHash('sha256').update(content).digest();
    if (!digest.equals(data.subarray(-DIGEST_BYTES))) return undefined;
    touch(path);
    return content;
  }

  /** False if the entry could not be stored: a full or read-only disk disables the cache without failing the run. */
  write(key: CacheKey, pieces: Iterable<Uint8Array>): boolean {
    try {
      writeAtomic(this.#path(key), (descriptor) => {
        const digest = createHash('sha256');
        for (const piece of pieces) {
          writeAll(descriptor, piece);
          digest.update(piece);
        }
        writeAll(descriptor, digest.digest());
      });
    } catch (error) {
      if (error instanceof AttuneError) return false;
      throw error;
    }
    this.#prune();
    return true;
  }

  #path(key: CacheKey): string {
    return join(this.#folder, `${key}.bin`);
  }

  #prune(): void {
    const entries = readdirSync(this.#folder)
      .filter((name) => name.endsWith('.bin'))
      .map((name) => join(this.#folder, name))
      .flatMap((path) => {
        const stats = statSync(path, { throwIfNoEntry: false });
        return stats === undefined ? [] : [{ path, bytes: stats.size, usedAt: stats.mtimeMs }];
      })
      .sort((a, b) => b.usedAt - a.usedAt);
    let total = 0;
    for (const { path, bytes } of entries) {
      total += bytes;
      if (total > this.#maxBytes) rmSync(path, { force: true });
    }
  }
}

function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // A read-only cache still serves reads; only the record of recent use is lost.
  }
}

/** Reads a whole file, beyond the 2 GiB limit of a single read. */
function readWhole(path: string): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const data = Buffer.allocUnsafeSlow(fstatSync(descriptor).size);
    for (let offset = 0; offset < data.length;) {
      const count = readSync(descriptor, data, offset, Math.min(data.length - offset, 1 << 30), offset);
      if (count === 0) return undefined;
      offset += count;
    }
    return data;
  } finally {
    closeSync(descriptor);
  }
}
