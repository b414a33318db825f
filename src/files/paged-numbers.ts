import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readNumbers, writeNumbers } from './number-files.ts';
import { temporaryFolder } from './temporary.ts';

const PAGE_BITS = 11;
/** Numbers per page: 8 KiB. */
const PAGE = 1 << PAGE_BITS;
const PAGE_BYTES = PAGE * Uint32Array.BYTES_PER_ELEMENT;

interface Frame {
  page: number;
  numbers: Uint32Array;
  /** Used since the search for a free frame last passed it. */
  isUsed: boolean;
  isChanged: boolean;
}

/**
 * A growable array of 32-bit numbers. Pages that do not fit into its memory are in a file, so that access in order
 * costs little, and access at random a read of a page.
 */
export class PagedNumbers implements Disposable {
  length = 0;
  readonly #mostFrames: number;
  readonly #frames: Frame[] = [];
  /** Undefined for a page in the file. */
  readonly #frameOf: (Frame | undefined)[] = [];
  #hand = 0;
  #file: { folder: string; descriptor: number } | undefined;

  /** @param bytes maximum memory */
  constructor(bytes = 2 * 2 ** 20) {
    // Two pages are compared with each other.
    this.#mostFrames = Math.max(2, Math.ceil(bytes / PAGE_BYTES));
  }

  push(value: number): void {
    this.set(this.length++, value);
  }

  at(index: number): number {
    return this.#frame(index >>> PAGE_BITS).numbers[index & (PAGE - 1)];
  }

  /** @param index less than `length` */
  set(index: number, value: number): void {
    const frame = this.#frame(index >>> PAGE_BITS);
    frame.isChanged = true;
    frame.numbers[index & (PAGE - 1)] = value;
  }

  *values(): Generator<number, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  [Symbol.dispose](): void {
    if (this.#file === undefined) return;
    closeSync(this.#file.descriptor);
    rmSync(this.#file.folder, { recursive: true, force: true });
    this.#file = undefined;
  }

  #frame(page: number): Frame {
    const frame = this.#frameOf[page] ?? this.#load(page);
    frame.isUsed = true;
    return frame;
  }

  #load(page: number): Frame {
    const frame = this.#freeFrame(page);
    // Pages are added in order, so one beyond them is new.
    if (page < this.#frameOf.length) readNumbers(this.#file!.descriptor, frame.numbers, page * PAGE_BYTES);
    this.#frameOf[page] = frame;
    return frame;
  }

  /** A new frame, or that of a page which was not used for long. */
  #freeFrame(page: number): Frame {
    if (this.#frames.length < this.#mostFrames) {
      const frame = { page, numbers: new Uint32Array(PAGE), isUsed: true, isChanged: false };
      this.#frames.push(frame);
      return frame;
    }
    const next = (): Frame => this.#frames[(this.#hand = (this.#hand + 1) % this.#frames.length)];
    let frame = next();
    for (; frame.isUsed; frame = next()) frame.isUsed = false;
    if (frame.isChanged) writeNumbers(this.#open(), frame.numbers, frame.page * PAGE_BYTES);
    this.#frameOf[frame.page] = undefined;
    return Object.assign(frame, { page, isChanged: false });
  }

  #open(): number {
    if (this.#file === undefined) {
      const folder = temporaryFolder('numbers');
      this.#file = { folder, descriptor: openSync(join(folder, 'numbers'), 'w+') };
    }
    return this.#file.descriptor;
  }
}
