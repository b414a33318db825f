/** Decodes documents' text in any encoding. */
import { open, readFile } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { formatBytes, plural } from '@attune/base/format';
import { countOf, markedEncoding, SAMPLE_BYTES, textEncoding } from '@attune/files/text-encoding';
import { fileChunks } from '../file-chunks.ts';
import { Unreadable } from '../outcome.ts';
import type { FileInput, ReadContext } from '../reader.ts';

/** Detects a text's encoding from its first bytes. @throws Unreadable for binary data */
export async function encodingOf(sample: Buffer, isWhole: boolean): Promise<string> {
  const encoding = await textEncoding(sample, isWhole);
  if (encoding === undefined) throw new Unreadable('binary');
  return encoding;
}

/** A whole file as text. @throws Unreadable if it is too large, empty or binary */
export async function readText(input: FileInput, context: ReadContext): Promise<string> {
  const { bytes } = input;
  if (bytes > context.limits.wholeTextBytes) {
    const reason = tooLarge(bytes, context.limits.wholeTextBytes);
    throw new Unreadable('too-large', `${reason}; as .txt, files of any size are read`);
  }
  return decodeBytes(input.content ?? (await readFile(input.path)), context);
}

/** @throws Unreadable too-large */
export function refuseLarge({ bytes }: FileInput, { limits }: ReadContext): void {
  if (bytes > limits.wholeFileBytes) throw new Unreadable('too-large', tooLarge(bytes, limits.wholeFileBytes));
}

function tooLarge(bytes: number, limit: number): string {
  const [got, most] = [bytes, limit].map((size) => `${Math.round(size / 2 ** 20)} MiB`);
  return `${got}; files in this format are read up to ${most}`;
}

/** Decodes a whole text and notes defects. */
export async function decodeBytes(bytes: Buffer, context: ReadContext, declared?: string): Promise<string> {
  const { default: iconv } = await import('iconv-lite');
  const found = await encodingOf(bytes.subarray(0, SAMPLE_BYTES), bytes.length <= SAMPLE_BYTES);
  const isKnown = declared !== undefined && iconv.encodingExists(declared) && markedEncoding(bytes) === undefined;
  const encoding = isKnown ? declared.toLowerCase() : found;
  if (encoding !== 'utf-8') context.encoding(encoding);
  const text = iconv.decode(bytes, encoding).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  noteDamage(text, context);
  return text;
}

/** UTF-8 that was decoded as Windows-1252 and saved: "Ã©", "â€™". */
const MOJIBAKE = /Ã[\u0080-\u00bf¡-¿]|â€[\u0080-\u00bf™œ“”˜¦]|Â[\u00a0-\u00bf]/g;

/** Counts characters that were lost before or during decoding. */
export function noteDamage(text: string, { notes }: ReadContext): void {
  const lost = countOf(text, /\ufffd/g);
  if (lost > 0) notes.add('characters that could not be decoded', undefined, lost);
  const garbled = countOf(text, MOJIBAKE);
  if (garbled > 0) notes.add('garbled characters (wrongly decoded before)', text.match(MOJIBAKE)?.[0], garbled);
}

export interface TextLine {
  /** 1-based. */
  number: number;
  text: string;
}

/**
 * Lines of a file of any size, in constant memory; longer ones than the limit are left out and noted.
 * @throws Unreadable for binary data
 */
export async function* readTextLines(input: FileInput, context: ReadContext): AsyncGenerator<TextLine> {
  const open = new OpenLine(context);
  let carried = '';
  for await (const piece of readPieces(input, context)) {
    noteDamage(piece, context);
    const text = carried + piece;
    // Its line feed may be in the next chunk.
    carried = text.endsWith('\r') ? '\r' : '';
    const [first, ...others] = text.slice(0, text.length - carried.length).split(/\r\n|\n|\r/);
    open.add(first);
    for (const next of others) {
      yield* open.finish();
      open.add(next);
    }
  }
  if (open.length > 0) yield* open.finish();
}

/** Collects the pieces of a line; beyond the limit it only counts. */
class OpenLine {
  length = 0;
  readonly #context: ReadContext;
  #number = 1;
  #pieces: string[] = [];

  constructor(context: ReadContext) {
    this.#context = context;
  }

  add(piece: string): void {
    this.length += piece.length;
    if (this.length <= this.#context.limits.lineBytes) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  /** The line; empty if it is too long. */
  finish(): TextLine[] {
    const { notes, limits } = this.#context;
    const [number, length, pieces] = [this.#number++, this.length, this.#pieces];
    this.length = 0;
    this.#pieces = [];
    if (length <= limits.lineBytes) return [{ number, text: pieces.join('') }];
    notes.add(`lines left out: ${longerThan(limits.lineBytes)}`, `line ${number} has ${plural(length, 'characters')}`);
    return [];
  }
}

/** Why a line is left out, and the option that includes it. */
export function longerThan(limit: number): string {
  return `longer than ${formatBytes(limit)}; --line MIB allows longer ones`;
}

async function* readPieces(input: FileInput, context: ReadContext): AsyncGenerator<string> {
  const encoding = await encodingOfFile(input);
  if (encoding !== 'utf-8') context.encoding(encoding);
  const decoder = await decoderOf(encoding);
  let isStart = true;
  for await (const chunk of fileChunks(input)) {
    const text = decoder.write(chunk);
    yield isStart ? text.replace(/^\ufeff/, '') : text;
    isStart = false;
    context.alive();
  }
  yield decoder.end() ?? '';
}

async function decoderOf(encoding: string): Promise<{ write(chunk: Buffer): string; end(): string | undefined }> {
  if (encoding === 'utf-8') return new StringDecoder('utf8');
  const { default: iconv } = await import('iconv-lite');
  return iconv.getDecoder(encoding);
}

/** @throws Unreadable for binary data */
export async function encodingOfFile(input: FileInput): Promise<string> {
  const sample = await sampleOf(input);
  return encodingOf(sample, sample.length === input.bytes);
}

async function sampleOf({ path, bytes, content }: FileInput): Promise<Buffer> {
  if (content !== undefined) return content;
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(bytes, SAMPLE_BYTES)), 0, undefined, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
