import { gunzipSync } from 'node:zlib';
import { AttuneError } from '../../base/errors.ts';

const BLOCK = 512;

/** Reads one file from a gzipped tar archive. Nothing is written to disk, so malicious paths are harmless. */
export function fileFromTarball(archive: Uint8Array, name: string): Buffer {
  return filesOfTarball(archive)(name);
}

/** Returns a reader for the files of a gzipped tar archive, which is unpacked once. */
export function filesOfTarball(archive: Uint8Array): (name: string) => Buffer {
  const files = new Map(entriesOf(gunzipSync(archive)));
  return (name) => {
    const content = files.get(name);
    if (content !== undefined) return content;
    throw new AttuneError('E_FILE_MISSING', { what: `The archive has no file ${name}` });
  };
}

function* entriesOf(data: Buffer): Generator<[string, Buffer]> {
  for (let offset = 0; offset + BLOCK <= data.length;) {
    const header = data.subarray(offset, offset + BLOCK);
    const size = Number.parseInt(text(header, 124, 12), 8) || 0;
    const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
    const path = prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
    const start = offset + BLOCK;
    yield [path, data.subarray(start, start + size)];
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** Reads a NUL-terminated field. */
function text(header: Buffer, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end).trim();
}
