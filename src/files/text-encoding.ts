/** Detects a text's encoding: by its byte order mark, by being valid UTF-8, or by the statistics of its bytes. */
import { isAscii, isUtf8 } from 'node:buffer';

/** Number of bytes examined. */
export const SAMPLE_BYTES = 1 << 18;

/** Detections below this confidence are replaced by Windows-1252, the most common charset of western files. */
const LEAST_CONFIDENCE = 30;

/** Encoding of a text, from its first bytes; undefined for binary data. */
export async function textEncoding(sample: Buffer, isWhole: boolean): Promise<string | undefined> {
  const marked = markedEncoding(sample);
  if (marked !== undefined) return marked;
  if (sample.includes(0)) return wideEncoding(sample);
  if (isUtf8(isWhole ? sample : withoutCutCharacter(sample))) return 'utf-8';
  const control = sample.filter(isControl).length;
  if (control > sample.length / 50) return undefined;
  const { analyse } = await import('chardet');
  const { encodingExists } = (await import('iconv-lite')).default;
  const guesses = analyse(sample).filter(({ name }) => encodingExists(name) && name !== 'UTF-8');
  // A single broken byte does not change the encoding of a text that is UTF-8 otherwise.
  const { right, wrong } = utf8Characters(sample);
  if (right > 10 * wrong) return 'utf-8';
  const [best] = guesses;
  return best !== undefined && best.confidence >= LEAST_CONFIDENCE ? best.name.toLowerCase() : 'windows-1252';
}

export function markedEncoding(sample: Buffer): string | undefined {
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return 'utf-8';
  if (sample[0] === 0xff && sample[1] === 0xfe) return sample[2] === 0 && sample[3] === 0 ? 'utf-32le' : 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** UTF-16 without a byte order mark: every other byte of western text is zero. */
function wideEncoding(sample: Buffer): string | undefined {
  const zeros = [0, 0];
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2]++;
  const half = sample.length / 2;
  const isLittle = zeros[1] > half * 0.4 && zeros[0] < half * 0.05;
  const isBig = zeros[0] > half * 0.4 && zeros[1] < half * 0.05;
  if (!isLittle && !isBig) return undefined;
  // UTF-16 text has few control characters, unlike binary files with small numbers.
  const control = sample.filter((byte, at) => {
    const other = sample[at ^ 1];
    return at % 2 === (isLittle ? 0 : 1) && other === 0 && isControl(byte);
  }).length;
  if (control > half / 50) return undefined;
  return isLittle ? 'utf-16le' : 'utf-16be';
}

function isControl(byte: number): boolean {
  return byte < 9 || (byte > 13 && byte < 32 && byte !== 27);
}

function withoutCutCharacter(sample: Buffer): Buffer {
  for (let cut = 0; cut < 4; cut++) {
    const byte = sample[sample.length - 1 - cut];
    if (byte === undefined || byte < 0x80) return sample.subarray(0, sample.length - cut);
    if (byte >= 0xc0) return sample.subarray(0, sample.length - 1 - cut);
  }
  return sample;
}

/** Non-ASCII characters read as UTF-8: the number of valid characters, and of invalid bytes. */
function utf8Characters(sample: Buffer): { right: number; wrong: number } {
  const text = sample.toString('utf8');
  // oxlint-disable-next-line no-control-regex -- every character beyond ASCII
  return { right: countOf(text, /[^\x00-\x7f\ufffd]/g), wrong: countOf(text, /\ufffd/g) };
}

export function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/**
 * Converts a text to UTF-8. UTF-8, binary data and mixed encodings pass unchanged. The encoding is judged from the
 * first byte beyond ASCII, which may be far from the beginning.
 */
export async function* utf8Chunks(
  chunks: AsyncIterable<Buffer>,
  onEncoding: (encoding: string) => void,
): AsyncGenerator<Buffer, void, undefined> {
  let held: Buffer[] = [];
  let change: ((chunk: Buffer) => Buffer) | undefined;
  const decide = async (isWhole: boolean): Promise<Buffer> => {
    const bytes = Buffer.concat(held);
    held = [];
    const encoding = await otherEncoding(bytes.subarray(0, 4 * SAMPLE_BYTES), isWhole);
    if (encoding === undefined) change = (chunk) => chunk;
    else {
      const decoder = (await import('iconv-lite')).default.getDecoder(encoding);
      change = (chunk) => Buffer.from(decoder.write(chunk), 'utf8');
      onEncoding(encoding);
    }
    return change(bytes);
  };
  for await (const chunk of chunks) {
    if (change !== undefined) yield change(chunk);
    else if (held.length === 0 && isAscii(chunk) && !chunk.includes(0)) yield chunk;
    else if (held.push(chunk) > 1 || chunk.length >= SAMPLE_BYTES) yield await decide(false);
  }
  if (held.length > 0) yield await decide(true);
}

/** The encoding of a text that is mostly not UTF-8; undefined for all others. */
async function otherEncoding(bytes: Buffer, isWhole: boolean): Promise<string | undefined> {
  const first = Math.max(0, bytes.findIndex((byte) => byte === 0 || byte >= 0x80) - SAMPLE_BYTES / 2);
  const sample = bytes.subarray(first - (first % 2), first + SAMPLE_BYTES);
  const encoding = await textEncoding(sample, isWhole && sample.length === bytes.length);
  if (encoding === undefined || encoding === 'utf-8') return undefined;
  if (markedEncoding(sample) !== undefined || sample.includes(0)) return encoding;
  const { right, wrong } = utf8Characters(sample);
  return 2 * right <= wrong ? encoding : undefined;
}
