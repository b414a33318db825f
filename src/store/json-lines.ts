import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { AttuneError } from '../base/errors.ts';
import { writeAll, writeFailure } from '../files/atomic.ts';
import { parseJson } from '../files/json.ts';

const CHUNK_BYTES = 1 << 18;
const NEWLINE = 10;

/**
 * Reads a file of one JSON value per line, also while it grows: each `read` yields the lines completed since the last
 * call. An incomplete last line waits for its end; a line that is not JSON, such as one torn by a crash, is skipped.
 */
export class JsonLinesReader<T> {
  readonly path: string;
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);

  /** `from`: an offset at the start of a line, such as `next` returns. */
  constructor(path: string, from = 0) {
    this.path = path;
    this.#position = from;
  }

  /** Offset after the last complete line that was read. */
  get next(): number {
    return this.#position - this.#rest.length;
  }

  *read(): Generator<T> {
    const descriptor = openIfFile(this.path);
    if (descriptor === undefined) return;
    try {
      if (fstatSync(descriptor).size < this.#position) this.#restart();
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (let bytes = 1; bytes > 0;) {
        bytes = readSync(descriptor, chunk, 0, CHUNK_BYTES, this.#position);
        this.#position += bytes;
        yield* this.#take(chunk.subarray(0, bytes));
      }
    } finally {
      closeSync(descriptor);
    }
  }

  /** Called if the file was truncated or replaced. */
  #restart(): void {
    this.#position = 0;
    this.#rest = Buffer.alloc(0);
  }

  *#take(chunk: Buffer): Generator<T> {
    const end = chunk.lastIndexOf(NEWLINE);
    const joined = Buffer.concat([this.#rest, chunk]);
    const complete = end === -1 ? 0 : joined.length - chunk.length + end + 1;
    this.#rest = joined.subarray(complete);
    for (const line of joined.toString('utf8', 0, complete).split('\n')) {
      const value = parseLine<T>(line);
      if (value !== undefined) yield value;
    }
  }
}

/** All complete lines of a file; none if it is missing. */
export function readJsonLines<T>(path: string): Generator<T> {
  return new JsonLinesReader<T>(path).read();
}

/**
 * Appends JSON values, one per line, each with a single write. Removes an incomplete last line that an earlier
 * process left.
 */
export class JsonLinesWriter {
  readonly path: string;
  readonly #descriptor: number;

  constructor(path: string) {
    this.path = path;
    if (existsSync(path) && !isFile(path)) {
      throw new AttuneError('E_NOT_WRITABLE', {
        what: `Cannot write ${path}`,
        got: 'a folder, pipe or device',
        fix: 'remove it, or choose another folder',
      });
    }
    try {
      this.#descriptor = openSync(path, 'a+');
      mendLastLine(this.#descriptor);
    } catch (error) {
      throw writeFailure(path, error);
    }
  }

  /** Appends a line. One that does not fit on the disk is removed entirely. */
  append(value: unknown): void {
    const { size } = fstatSync(this.#descriptor);
    try {
      writeAll(this.#descriptor, Buffer.from(`${JSON.stringify(value)}\n`));
    } catch (error) {
      ftruncateSync(this.#descriptor, size);
      throw writeFailure(this.path, error);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function parseLine<T>(line: string): T | undefined {
  if (line === '') return undefined;
  try {
    return parseJson(line) as T;
  } catch {
    return undefined;
  }
}

/** Whether a path is a regular file: pipes and devices may never end. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Undefined unless it is a regular file: opening a pipe would block. */
function openIfFile(path: string): number | undefined {
  if (!isFile(path)) return undefined;
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Completes a last line that only lacks its newline; cuts off one that is not JSON. */
function mendLastLine(descriptor: number): void {
  const { size } = fstatSync(descriptor);
  const tail = lastLine(descriptor, size);
  if (tail.length === 0) return;
  if (parseLine(tail.toString('utf8')) === undefined) ftruncateSync(descriptor, size - tail.length);
  else writeSync(descriptor, '\n');
}

/** The bytes after the last newline. */
function lastLine(descriptor: number, size: number): Buffer {
  let tail: Buffer = Buffer.alloc(0);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const chunk = Buffer.alloc(end - start);
    readSync(descriptor, chunk, 0, chunk.length, start);
    const newline = chunk.lastIndexOf(NEWLINE);
    tail = Buffer.concat([chunk.subarray(newline + 1), tail]);
    if (newline !== -1) break;
    end = start;
  }
  return tail;
}
