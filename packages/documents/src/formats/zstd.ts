import { createZstdDecompress } from 'node:zlib';
import { wrapping } from './archive/wrapping.ts';

/** A single zstd-compressed file. */
export const zstd = wrapping({
  endings: ['zst', 'zstd', 'tzst'],
  recognise: (head) => head.subarray(0, 4).equals(Buffer.from('28b52ffd', 'hex')),
  unpacker: () => createZstdDecompress(),
});
