/** Splits large files into pieces that can be read in parallel. */
import { stat } from 'node:fs/promises';
import type { LineRange } from '@attune/files/lines';
import { hashFile } from './file-chunks.ts';
import { detectFormat, lookAt } from './formats/detect.ts';
import { Unreadable } from './outcome.ts';
import type { FileInput } from './reader.ts';
import { encodingOfFile } from './text/decode.ts';

/** A range of whole lines, with the identity of the whole file. Plain data. */
export interface FilePiece extends LineRange {
  sha256: string;
  fileBytes: number;
}

export interface CutFile {
  sha256: string;
  /** Two or more pieces that make up the file; absent if it is read as a whole. */
  pieces?: FilePiece[];
}

/**
 * Number of pieces of about `pieceBytes` that a file is read in. Only formats with independent lines can be split, and
 * only in UTF-8, whose line ends are recognisable without decoding. Reads no more than its first bytes.
 */
export async function countPieces(path: string, name: string, pieceBytes: number): Promise<number> {
  const { size } = await stat(path);
  const count = Math.ceil(size / pieceBytes);
  return count > 1 && (await canBeCut(path, name)) ? count : 1;
}

/** Hashes a file and splits it at line ends, into at most `count` pieces of equal size. Reads the file once. */
export async function cutFile(path: string, count: number): Promise<CutFile> {
  const { size: bytes } = await stat(path);
  const cutter = count > 1 ? new Cutter(Math.ceil(bytes / count)) : undefined;
  const sha256 = await hashFile({ path, bytes }, (chunk) => cutter?.take(chunk));
  const ranges = cutter?.finish() ?? [];
  if (ranges.length < 2) return { sha256 };
  return { sha256, pieces: ranges.map((range) => ({ ...range, sha256, fileBytes: bytes })) };
}

async function canBeCut(path: string, name: string): Promise<boolean> {
  try {
    const input = await lookAt(path, name);
    // Other content is left to the reader process, which examines it under limits.
    if (!/^(?:\ufeff)?\s*\{/.test(input.head.toString('utf8'))) return false;
    return await isUtf8ByLines(input);
  } catch (error) {
    // The reason is reported when the file is read.
    if (error instanceof Unreadable) return false;
    throw error;
  }
}

async function isUtf8ByLines(input: FileInput): Promise<boolean> {
  const { reader } = await detectFormat(input);
  return reader.byLines === true && (await encodingOfFile(input)) === 'utf-8';
}

const LINE_FEED = 0x0a;

/** Cuts after the first line end past each multiple of a size, counting lines. */
class Cutter {
  readonly #size: number;
  readonly #ranges: LineRange[] = [];
  #start = 0;
  #startLine = 1;
  #line = 1;
  /** Offset of the current chunk. */
  #at = 0;

  constructor(size: number) {
    this.#size = size;
  }

  take(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const wanted = this.#start + this.#size - 1 - this.#at;
      const end = wanted >= chunk.length ? -1 : chunk.indexOf(LINE_FEED, Math.max(from, wanted));
      this.#line += lineFeeds(chunk, from, end === -1 ? chunk.length : end + 1);
      if (end === -1) break;
      from = end + 1;
      this.#cut(this.#at + from);
    }
    this.#at += chunk.length;
  }

  finish(): LineRange[] {
    if (this.#at > this.#start) this.#cut(this.#at);
    return this.#ranges;
  }

  #cut(end: number): void {
    this.#ranges.push({ start: this.#start, end, line: this.#startLine });
    this.#start = end;
    this.#startLine = this.#line;
  }
}

function lineFeeds(chunk: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (chunk[at] === LINE_FEED) count++;
  return count;
}
