import { readBytes, type ByteRange } from './bytes.ts';
import { utf8Chunks } from './text-encoding.ts';
import { byteOrderMark, decodeUtf8, type Defect } from './utf8.ts';

/** A longer row counts as a defect: it exceeds any model's context by orders of magnitude. */
export const MAX_ROW_BYTES = 64 * 1024 * 1024;

export interface Line {
  /** 1-based. */
  number: number;
  /** Text without its line ending; empty if the line is too long. Bytes that are not UTF-8 become U+FFFD. */
  text: string;
  /** Why the line cannot be used; reading continues after it. */
  defect?: Defect;
}

/** A range of whole lines of a file. */
export interface LineRange extends ByteRange {
  /** Line number in the file of the range's first line. */
  line: number;
}

export interface LineReading {
  /** Range to read; default: the whole file. Not for compressed files. */
  range?: LineRange;
  /** Maximum length of a line; a longer one gets a defect. */
  maxBytes?: number;
  /** Called for each chunk of the file, however long its lines are. */
  onChunk?: () => void;
  /**
   * Called with the text's encoding if it is not UTF-8, and the text is converted. Without this callback such lines
   * get a defect.
   */
  onEncoding?: (encoding: string) => void;
}

/** A text's bytes, converted to UTF-8 if the caller accepts other encodings. */
export function textBytes(path: string, { range, onEncoding }: LineReading): AsyncIterable<Buffer> {
  const bytes = readBytes(path, range);
  return onEncoding === undefined ? bytes : utf8Chunks(bytes, onEncoding);
}

/**
 * Reads a text file line by line in constant memory. LF and CRLF end a line; a byte order mark is removed; `.gz` is
 * decompressed. A line that is not UTF-8 or is longer than `maxBytes` carries a defect and is never held in memory
 * whole.
 */
export async function* readLines(path: string, reading: LineReading = {}): AsyncGenerator<Line, void, undefined> {
  const { range, maxBytes = MAX_ROW_BYTES, onChunk } = reading;
  const assembler = new LineAssembler(maxBytes, range?.line);
  let isStart = (range?.start ?? 0) === 0;
  for await (let chunk of textBytes(path, reading)) {
    if (isStart) chunk = chunk.subarray(byteOrderMark(path, chunk));
    isStart = false;
    onChunk?.();
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf(0x0a, from);
      assembler.add(chunk.subarray(from, end === -1 ? chunk.length : end));
      if (end === -1) break;
      yield assembler.finish();
      from = end + 1;
    }
  }
  if (assembler.length > 0) yield assembler.finish();
}

/** Assembles one line from chunks; beyond the limit it only counts. */
class LineAssembler {
  length = 0;
  readonly #maxBytes: number;
  #number: number;
  #pieces: Buffer[] = [];

  constructor(maxBytes: number, firstNumber = 1) {
    this.#maxBytes = maxBytes;
    this.#number = firstNumber;
  }

  add(piece: Buffer): void {
    this.length += piece.length;
    if (this.length <= this.#maxBytes) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  finish(): Line {
    const [number, length, pieces] = [this.#number, this.length, this.#pieces];
    this.#number++;
    this.length = 0;
    this.#pieces = [];
    if (length > this.#maxBytes) return { number, text: '', defect: tooLong(length, this.#maxBytes) };
    let bytes = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    if (bytes.at(-1) === 0x0d) bytes = bytes.subarray(0, -1);
    return { number, ...decodeUtf8(bytes) };
  }
}

/** Defect of a row of `length` bytes that exceeds `maxBytes`. */
export function tooLong(length: number, maxBytes: number): Defect {
  return {
    reason: `the row is ${megabytes(length)} long, more than the ${megabytes(maxBytes)} allowed`,
    fix: 'is a line break missing? otherwise split it into several rows',
    isTooLong: true,
  };
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1)} MB`;
}
