import { Unreadable } from '../outcome.ts';
import type { Reader } from '../reader.ts';

/** Identified by their first bytes. */
const ARCHIVES: readonly (readonly [name: string, signature: Buffer])[] = [
  ['xz', 'fd377a585a00'],
  ['bzip2', '425a68'],
  ['7-Zip', '377abcaf271c'],
  ['RAR', '526172211a07'],
].map(([name, hex]) => [name, Buffer.from(hex, 'hex')]);

function archiveOf(head: Buffer): string | undefined {
  const name = ARCHIVES.find(([, signature]) => head.subarray(0, signature.length).equals(signature))?.[0];
  // Its signature is three letters, followed by the block size.
  return name === 'bzip2' && !(head[3] >= 0x31 && head[3] <= 0x39 && head[4] === 0x31) ? undefined : name;
}

/** Archive formats that are not supported: recognised by name, so that they are reported as such. */
export const otherArchive: Reader = {
  endings: ['xz', 'txz', 'bz2', 'tbz2', '7z', 'rar'],
  isBinary: true,
  recognise: (head) => archiveOf(head) !== undefined,
  // oxlint-disable-next-line require-yield -- reports the format without reading it
  async *read({ head }) {
    throw new Unreadable(
      'unknown-format',
      `packed by ${archiveOf(head)!}: unpack it first, or pack it as zip, gz or zst`,
    );
  },
};
