/** Numbers of 32 bits in files, as they lie in memory. */
import { readSync } from 'node:fs';
import { writeAll } from './atomic.ts';

export function writeNumbers(descriptor: number, numbers: Uint32Array): void {
  writeAll(descriptor, bytesOf(numbers));
}

/** Fills `numbers` from `position` on, in bytes. */
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
