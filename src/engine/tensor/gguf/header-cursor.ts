import { readSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { AttuneError } from '../../../base/errors.ts';
import { decodeNumber, itemBytes, type GgufItemType } from './gguf-values.ts';

const WINDOW_BYTES = 1 << 20;
/** Upper limit for keys, names, tokens and templates. */
const MAX_TEXT_BYTES = 1 << 26;

/** Reads a header in windows from the start of a file, since its length is only known at its end. */
export class HeaderCursor {
  readonly fileBytes: number;
  readonly #path: string;
  readonly #descriptor: number;
  #window = Buffer.alloc(0);
  #windowStart = 0;
  #position = 0;

  constructor(path: string, descriptor: number, fileBytes: number) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.fileBytes = fileBytes;
  }

  get position(): number {
    return this.#position;
  }

  /** The next bytes, valid until the next call. @throws E_GGUF_BAD if the file ends before */
  take(bytes: number, what: string): Buffer {
    const end = this.#position + bytes;
    if (end > this.fileBytes) throw badGguf(this.#path, `the file ends inside ${what}`);
    if (this.#position < this.#windowStart || end > this.#windowStart + this.#window.byteLength) this.#refill(bytes);
    const start = this.#position - this.#windowStart;
    this.#position = end;
    return this.#window.subarray(start, start + bytes);
  }

  number(type: Exclude<GgufItemType, 'string' | 'bool'>, what: string): number | bigint {
    return decodeNumber(type, this.take(itemBytes[type], what));
  }

  /** Number of following items with at least `leastBytes` each, bounded by the rest of the file. */
  count(leastBytes: number, what: string): number {
    const count = Number(this.number('u64', `the number of ${what}`));
    if (count * leastBytes <= this.fileBytes - this.#position) return count;
    throw badGguf(this.#path, `${count} ${what} in a file of ${this.fileBytes} bytes`);
  }

  text(what: string): string {
    const length = Number(this.number('u64', `the length of ${what}`));
    if (length > MAX_TEXT_BYTES) throw badGguf(this.#path, `${what} of ${length} bytes`);
    const bytes = this.take(length, what);
    if (!isUtf8(bytes)) throw badGguf(this.#path, `${what} is not UTF-8`);
    return bytes.toString('utf8');
  }

  #refill(bytes: number): void {
    const size = Math.min(Math.max(bytes, WINDOW_BYTES), this.fileBytes - this.#position);
    const window = Buffer.alloc(size);
    let filled = 0;
    while (filled < size) {
      const read = readSync(this.#descriptor, window, filled, size - filled, this.#position + filled);
      if (read === 0) throw badGguf(this.#path, 'the file was truncated while it was being read');
      filled += read;
    }
    this.#window = window;
    this.#windowStart = this.#position;
  }
}

export function badGguf(path: string, got: string): AttuneError {
  const fix = 'fetch or write the file again; nothing was loaded from it';
  return new AttuneError('E_GGUF_BAD', { what: `${path} is not a valid GGUF file`, got, fix });
}
