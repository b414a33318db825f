import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attuneCache } from '../base/home.ts';
import { writeFileAtomic } from '../files/atomic.ts';
import { sha256, sha256FileSync } from '../files/hash.ts';
import { imageDefect } from './whole-image.ts';

/** File extensions of images and recordings. */
export const mediaExtensions = {
  image: ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.bmp', '.avif'],
  audio: ['.wav', '.flac', '.mp3', '.ogg', '.oga', '.opus', '.m4a'],
} as const;

export type MediaKind = keyof typeof mediaExtensions;

/** An image or recording of a row, identified by its hash rather than its location. */
export interface MediaFile {
  kind: MediaKind;
  /** Absolute path. */
  path: string;
  /** First 32 hex digits of its SHA-256. */
  hash: string;
}

/** Defect of a row's file. */
export interface MediaDefect {
  message: string;
  fix?: string;
}

const HASH_DIGITS = 32;

/**
 * The file that a cell names: a path (relative to the data file's folder), a `data:` or `file:` URL, or `{bytes, path}`
 * as in Parquet data sets. Bytes are stored in the cache under their hash.
 */
export function mediaOf(value: unknown, kind: MediaKind, folder: string): MediaFile | MediaDefect {
  if (typeof value === 'string') return fromText(value, kind, folder);
  if (value instanceof Uint8Array) return kept(value, kind);
  if (typeof value === 'object' && value !== null) {
    const { bytes, path } = value as { bytes?: unknown; path?: unknown };
    if (bytes instanceof Uint8Array) return kept(bytes, kind);
    if (typeof path === 'string') return fromText(path, kind, folder);
  }
  return { message: `must name ${ARTICLE[kind]}`, fix: 'give a file path, relative to this file' };
}

const ARTICLE: Record<MediaKind, string> = { image: 'an image', audio: 'a recording' };

function fromText(text: string, kind: MediaKind, folder: string): MediaFile | MediaDefect {
  const data = /^data:[^,]*;base64,(.*)$/s.exec(text);
  if (data !== null) return kept(Buffer.from(data[1], 'base64'), kind);
  if (/^https?:/.test(text)) {
    return { message: 'is a URL, but files are never downloaded', fix: 'download it and give the local path' };
  }
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  const path = pathOf(text, folder);
  const stats = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  if (path === undefined || stats === undefined)
    return { message: `file ${shown} is missing`, fix: `looked in ${folder}` };
  if (!stats.isFile()) return { message: `${shown} is not a file` };
  if (stats.size === 0) return { message: `${shown} is empty`, fix: 'fetch it again, or delete the row' };
  try {
    if (kind === 'audio') return { kind, path, hash: sha256FileSync(path).slice(0, HASH_DIGITS) };
    const bytes = readFileSync(path);
    const defect = imageDefect(bytes);
    if (defect !== undefined) return { message: `${shown} ${defect}`, fix: 'fetch it again, or delete the row' };
    return { kind, path, hash: hashOf(bytes) };
  } catch (error) {
    return {
      message: `${shown} cannot be read: ${(error as Error).message}`,
      fix: 'check the file and its permissions',
    };
  }
}

const MOST_SHOWN = 100;
/** Maximum length of a path on any system. */
const MOST_PATH = 4096;

/** Undefined for texts that cannot be paths: remote URLs, zero bytes, or page-long texts. */
function pathOf(text: string, folder: string): string | undefined {
  try {
    const path = text.startsWith('file:') ? fileURLToPath(text) : resolve(folder, text);
    const isTooLong = path.length > MOST_PATH || path.split('/').some((part) => Buffer.byteLength(part) > 255);
    return path.includes('\0') || isTooLong ? undefined : path;
  } catch {
    return undefined;
  }
}

/** Stores a row's bytes as a file, so that they need not stay in memory. */
function kept(bytes: Uint8Array, kind: MediaKind): MediaFile | MediaDefect {
  const defect = bytes.length === 0 ? 'has no content' : kind === 'image' ? imageDefect(Buffer.from(bytes)) : undefined;
  if (defect !== undefined) return { message: defect, fix: 'fetch it again, or delete the row' };
  const hash = hashOf(bytes);
  const path = join(attuneCache(), 'media', hash.slice(0, 2), hash);
  if (!existsSync(path)) writeFileAtomic(path, bytes);
  return { kind, path, hash };
}

function hashOf(bytes: Uint8Array): string {
  return sha256(bytes).slice(0, HASH_DIGITS);
}
