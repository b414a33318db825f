import { readBytes, type ByteRange } from './bytes.ts';
import { utf8Chunks } from './text-encoding.ts';
import { byteOrderMark, decodeUtf8, type Defect } from './utf8.ts';

/** A row longer than this is taken for a defect: it would not fit a model by orders of magnitude. */
export const MAX_ROW_BYTES = 64 * 1024 * 1024;

export interface Line {
  /** 1-based. */
  number: number;
  /** Without its line ending; empty where the line is too long, with U+FFFD where it is not UTF-8. */
  text: string;
  /** Why the line cannot be used; reading goes on after it. */
  defect?: Defect;
}

/** Whole lines of a file: what lies between two line ends. */
export interface LineRange extends ByteRange {
  /** Number of the first of them in the file. */
  line: number;
}

export interface LineReading {
  /** Only these lines; all unless given. Not of what is packed. */
  range?: LineRange;
  /** A line that is longer carries a defect. */
  maxBytes?: number;
  /** Told of each piece of the file, however long its lines are. */
  onChunk?: () => void;
  /** Told the encoding of a text that is not UTF-8, which is then decoded; without it such lines carry a defect. */
  onEncoding?: (encoding: string) => void;
}

/** A text's bytes, as UTF-8 where the reader can be told of another encoding. */
export function textBytes(path: string, { range, onEncoding }: LineReading): AsyncIterable<Buffer> {
  const bytes = readBytes(path, range);
  return onEncoding === undefined ? bytes : utf8Chunks(bytes, onEncoding);
}

/**
 * A text file line by line in constant memory. LF and CRLF end a line; a byte order mark is left out; `.gz` is unpacked.
 * A line that is not UTF-8 or longer than `maxBytes` carries a defect and is never held in memory whole.
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

/** Collects the pieces of one line; past the limit it only counts. */
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

/** The defect of a row of `length` bytes where `maxBytes` are allowed. */
export function tooLong(length: number, maxBytes: number): Defect {
  return {
    reason: `the row is ${megabytes(length)} long, more than the ${megabytes(maxBytes)} allowed`,
    fix: 'is the line ending missing? else cut it into several rows',
    isTooLong: true,
  };
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1)} MB`;
}
