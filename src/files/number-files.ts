/** 32-bit numbers in files, in memory layout. */
import { readSync } from 'node:fs';
import { writeAll } from './atomic.ts';

/** @param position byte position; default: the file's own */
export function writeNumbers(descriptor: number, numbers: Uint32Array, position?: number): void {
  writeAll(descriptor, bytesOf(numbers), position);
}

/** Fills `numbers` from a byte position of the file. */
export function readNumbers(descriptor: number, numbers: Uint32Array, position: number): void {
  const bytes = bytesOf(numbers);
  for (let offset = 0; offset < bytes.length;) {
    const count = readSync(descriptor, bytes, offset, Math.min(bytes.length - offset, 1 << 30), position + offset);
    if (count === 0) throw new RangeError('A file of numbers is shorter than what was written to it');
    offset += count;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
