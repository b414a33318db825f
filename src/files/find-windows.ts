/**
 * Searches files for contents that are known only by fingerprints. A fingerprint identifies a short window of bytes: a
 * rolling hash finds it, and a SHA-256 confirms it. Fingerprints can be kept where the contents must not be.
 */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from './hash.ts';

/** Bytes of a window: long enough that other contents do not share it by chance. */
export const WINDOW = 24;

export interface Fingerprint {
  rolling: number;
  sha256: string;
}

export interface FileSearch {
  files: number;
  bytes: number;
  /** Files that contain a window. */
  found: string[];
}

export function fingerprint(window: Uint8Array): Fingerprint {
  if (window.length !== WINDOW) throw new RangeError(`a window has ${WINDOW} bytes, got ${window.length}`);
  return { rolling: window.reduce((hash, byte) => roll(hash, byte), 0), sha256: sha256(window) };
}

/** Windows without characters that JSON or HTML escapes, taken from the longest passages first. */
export function textWindows(text: string, most: number): Uint8Array[] {
  const stretches = text.split(/[\p{Cc}"'\\<>&]/u).map((part) => Buffer.from(part.trim()));
  const long = stretches.filter(({ length }) => length >= WINDOW).toSorted((a, b) => b.length - a.length);
  return long.slice(0, most).map((part) => part.subarray(0, WINDOW));
}

/** Evenly spaced windows, skipping those that repeat a single byte. */
export function byteWindows(bytes: Uint8Array, count: number): Uint8Array[] {
  const places = Array.from({ length: count }, (_, i) => Math.floor(((i + 1) * bytes.length) / (count + 1)));
  const windows = places.map((place) => bytes.subarray(place, place + WINDOW));
  return windows.filter((window) => window.length === WINDOW && new Set(window).size > WINDOW / 4);
}

/** Searches all regular files in the folders; missing folders are skipped. */
export async function searchFiles(
  folders: readonly string[],
  fingerprints: readonly Fingerprint[],
  signal?: AbortSignal,
): Promise<FileSearch> {
  const search = new WindowSearch(fingerprints);
  const result: FileSearch = { files: 0, bytes: 0, found: [] };
  const seen = new Set<string>();
  for (const folder of folders) {
    for await (const path of filesBelow(folder)) {
      if (seen.has(path)) continue;
      seen.add(path);
      signal?.throwIfAborted();
      const { bytes, isFound } = await search.file(path);
      result.files++;
      result.bytes += bytes;
      if (isFound) result.found.push(path);
    }
  }
  return result;
}

async function* filesBelow(folder: string): AsyncGenerator<string, void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(unlessMissing);
  for (const entry of entries ?? []) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}

const BASE = 0x01000193;
/** BASE to the power of WINDOW. */
const LEAVING = Array.from({ length: WINDOW }).reduce<number>((power) => Math.imul(power, BASE), 1);
const FILTER_BITS = 20;

function roll(hash: number, byte: number): number {
  return (Math.imul(hash, BASE) + byte) | 0;
}

class WindowSearch {
  readonly #wanted = new Map<number, Set<string>>();
  /** Marks the upper bits of wanted hashes, so that most bytes need no look-up. */
  readonly #filter = new Uint8Array(1 << FILTER_BITS);

  constructor(fingerprints: readonly Fingerprint[]) {
    for (const { rolling, sha256: hash } of fingerprints) {
      this.#wanted.set(rolling, (this.#wanted.get(rolling) ?? new Set()).add(hash));
      this.#filter[rolling >>> (32 - FILTER_BITS)] = 1;
    }
  }

  async file(path: string): Promise<{ bytes: number; isFound: boolean }> {
    let [bytes, isFound] = [0, false];
    let before = new Uint8Array(0);
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        const all = Buffer.concat([before, chunk]);
        isFound ||= this.#holds(all);
        before = new Uint8Array(all.subarray(Math.max(0, all.length - WINDOW + 1)));
      }
    } catch (error) {
      unlessMissing(error); // deleted in the meantime
    }
    return { bytes, isFound };
  }

  #holds(bytes: Uint8Array): boolean {
    let hash = 0;
    for (let i = 0; i < bytes.length; i++) {
      hash = roll(hash, bytes[i]);
      if (i >= WINDOW) hash = (hash - Math.imul(LEAVING, bytes[i - WINDOW])) | 0;
      if (i < WINDOW - 1 || this.#filter[hash >>> (32 - FILTER_BITS)] === 0) continue;
      if (this.#wanted.get(hash)?.has(sha256(bytes.subarray(i - WINDOW + 1, i + 1))) === true) return true;
    }
    return false;
  }
}
