import { isUtf8 } from 'node:buffer';
import { AttuneError } from '../base/errors.ts';

/** Why bytes are not the expected text, and advice. */
export interface Defect {
  reason: string;
  fix: string;
  /** The row exceeds the limit. */
  isTooLong?: true;
}

/** Bytes as text; invalid UTF-8 becomes U+FFFD and a defect. */
export function decodeUtf8(bytes: Buffer): { text: string; defect?: Defect } {
  const text = bytes.toString('utf8');
  return isUtf8(bytes) ? { text } : { text, defect: invalidUtf8(bytes) };
}

function invalidUtf8(bytes: Buffer): Defect {
  const at = firstInvalidByte(bytes);
  const byte = bytes[at].toString(16).padStart(2, '0');
  return {
    reason: `byte 0x${byte} at position ${at + 1} is not valid UTF-8`,
    fix: 'save the file as UTF-8; from a Windows or Latin-1 program: iconv -f WINDOWS-1252 -t UTF-8',
  };
}

function firstInvalidByte(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at];
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (!isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}

/** Length of a UTF-8 byte order mark at the start of a file, 0 without one; UTF-16 is an error. */
export function byteOrderMark(path: string, start: Buffer): number {
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) {
    throw new AttuneError('E_BAD_ENCODING', {
      what: `${path} is UTF-16 text`,
      expected: 'UTF-8',
      fix: 'save it as UTF-8, for example: iconv -f UTF-16 -t UTF-8',
    });
  }
  return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0;
}
