import { open } from 'node:fs/promises';
import { Unreadable } from '../outcome.ts';
import type { FileInput, Reader } from '../reader.ts';

const SIGNATURE = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const LOOKED_AT = 1 << 20;

// oxlint-disable-next-line require-yield -- reports the format without reading it
async function* read({ path, bytes }: FileInput): AsyncGenerator<never> {
  const handle = await open(path);
  try {
    const { buffer } = await handle.read(Buffer.alloc(Math.min(bytes, LOOKED_AT)), 0);
    if (buffer.includes(Buffer.from('EncryptedPackage', 'utf16le'))) throw new Unreadable('encrypted');
  } finally {
    await handle.close();
  }
  throw new Unreadable('unknown-format', 'an Office file from before 2007: save it as docx, xlsx, pptx or eml');
}

/** Old Office files, and password-protected new ones, which are wrapped in the old container. */
export const ole: Reader = {
  endings: ['doc', 'xls', 'ppt', 'msg'],
  isBinary: true,
  recognise: (head) => head.subarray(0, 8).equals(SIGNATURE),
  read,
};
