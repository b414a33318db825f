import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../files/temporary.ts';
import { readNumbers, writeNumbers } from '../files/number-files.ts';

/** Buffered numbers per part: 16 KiB. */
const BLOCK = 4096;

interface Part {
  buffer: Uint32Array;
  buffered: number;
  /** Indices of its blocks in the file. */
  blocks: number[];
}

/** Partitions 32-bit numbers in a file, to be read back part by part. */
export class SpilledNumbers implements Disposable {
  readonly #folder = temporaryFolder('numbers');
  readonly #file = openSync(join(this.#folder, 'numbers'), 'w+');
  readonly #parts: Part[];
  #written = 0;

  constructor(parts: number) {
    this.#parts = Array.from({ length: parts }, () => ({ buffer: new Uint32Array(BLOCK), buffered: 0, blocks: [] }));
  }

  push(part: number, ...numbers: readonly number[]): void {
    const into = this.#parts[part];
    for (const number of numbers) {
      into.buffer[into.buffered++] = number;
      if (into.buffered < BLOCK) continue;
      writeNumbers(this.#file, into.buffer, this.#written * Uint32Array.BYTES_PER_ELEMENT);
      into.blocks.push(this.#written);
      this.#written += BLOCK;
      into.buffered = 0;
    }
  }

  /** All numbers of a part, in insertion order. */
  read(part: number): Uint32Array {
    const { buffer, buffered, blocks } = this.#parts[part];
    const numbers = new Uint32Array(BLOCK * blocks.length + buffered);
    for (const [index, block] of blocks.entries()) {
      const at = BLOCK * index;
      readNumbers(this.#file, numbers.subarray(at, at + BLOCK), block * Uint32Array.BYTES_PER_ELEMENT);
    }
    numbers.set(buffer.subarray(0, buffered), BLOCK * blocks.length);
    return numbers;
  }

  clear(): void {
    this.#written = 0;
    for (const part of this.#parts) Object.assign(part, { buffered: 0, blocks: [] });
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
