import { createGunzip } from 'node:zlib';
import { wrapping } from './archive/wrapping.ts';

/** A single gzipped file. */
export const gzip = wrapping({
  endings: ['gz', 'tgz'],
  recognise: (head) => head[0] === 0x1f && head[1] === 0x8b && head[2] === 8,
  unpacker: () => createGunzip(),
});
