/** Detects truncated image files by their end. */

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
/** Length, IEND, checksum. */
const PNG_END = Buffer.from('0000000049454e44ae426082', 'hex');

/** Why the bytes are a truncated image; undefined for complete ones and formats without an end marker. */
export function imageDefect(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 8).equals(PNG)) return bytes.includes(PNG_END, 8) ? undefined : CUT_OFF;
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return hasJpegEnd(bytes) ? undefined : CUT_OFF;
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP')
    return bytes.length >= 12 && bytes.readUInt32LE(4) + 8 <= bytes.length ? undefined : CUT_OFF;
  if (/^GIF8[79]a/.test(bytes.toString('latin1', 0, 6))) return bytes.lastIndexOf(0x3b) > 12 ? undefined : CUT_OFF;
  return undefined;
}

const CUT_OFF = 'is truncated: the end of the image is missing';

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/** Finds the end of the main image: a thumbnail in the header has its own end marker. */
function hasJpegEnd(bytes: Buffer): boolean {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    if (marker === 0xff) at++;
    else if (marker === START_OF_SCAN) return bytes.includes(END_OF_IMAGE, at);
    else at += 2 + bytes.readUInt16BE(at + 2);
  }
  // Malformed: the decoder reports the reason.
  return at + 4 <= bytes.length;
}
