import { MAX_ROW_BYTES, textBytes, tooLong, type LineReading } from './lines.ts';
import { byteOrderMark, decodeUtf8, type Defect } from './utf8.ts';

export interface JsonValue {
  /** 1-based line at which the value starts. */
  line: number;
  /** Source text of the value; empty if there is a defect. */
  text: string;
  defect?: Defect;
}

/**
 * Reads the rows of a JSON file in constant memory: the elements of its array, or its top-level values if there are
 * several (JSON Lines under another name). Elements are cut out, not parsed, so one broken row does not hide the
 * others.
 */
export async function* readJsonValues(
  path: string,
  reading: LineReading = {},
): AsyncGenerator<JsonValue, void, undefined> {
  const { maxBytes = MAX_ROW_BYTES, onChunk } = reading;
  const cutter = new ValueCutter(maxBytes);
  let isStart = true;
  for await (let chunk of textBytes(path, { ...reading, range: undefined })) {
    if (isStart) chunk = chunk.subarray(byteOrderMark(path, chunk));
    isStart = false;
    onChunk?.();
    yield* cutter.cut(chunk);
  }
  yield* cutter.end();
}

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;

/** The scanner: counts brackets outside strings, and lines everywhere. */
class ValueCutter {
  readonly #maxBytes: number;
  #line = 1;
  #container: 'unknown' | 'array' | 'sequence' | 'closed' = 'unknown';
  /** Number of open brackets in the current value. `#isBare` marks an open number or word. */
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #isBare = false;
  #startLine = 0;
  #length = 0;
  #pieces: Buffer[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get #isInside(): boolean {
    return this.#depth > 0 || this.#inString || this.#isBare;
  }

  *cut(chunk: Buffer): Generator<JsonValue, void, undefined> {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === NEWLINE) this.#line++;
      if (!this.#isInside) {
        if (isSpace(byte) || byte === COMMA) continue;
        if (this.#enterOrLeave(byte)) continue;
        from = at;
        this.#begin(byte);
      } else if (this.#step(byte)) {
        const end = this.#isBareEnd(byte) ? at : at + 1;
        this.#keep(chunk.subarray(from, end));
        yield this.#finish();
        if (end === at) this.#enterOrLeave(byte);
      }
    }
    if (this.#isInside) this.#keep(chunk.subarray(from));
  }

  *end(): Generator<JsonValue, void, undefined> {
    if (this.#isBare && this.#container === 'sequence') yield this.#finish();
    else if (this.#isInside) yield this.#cutOff(this.#startLine, 'the file ends in the middle of this value');
    else if (this.#container === 'array') yield this.#cutOff(this.#line, 'the list is never closed');
  }

  /** Handles the brackets of the outermost list; true if the byte was one. */
  #enterOrLeave(byte: number): boolean {
    if (byte === OPEN_ARRAY && this.#container === 'unknown') {
      this.#container = 'array';
      return true;
    }
    if (byte === CLOSE_ARRAY && this.#container === 'array') {
      this.#container = 'closed';
      return true;
    }
    return false;
  }

  #begin(byte: number): void {
    if (this.#container !== 'array') this.#container = 'sequence';
    this.#startLine = this.#line;
    this.#inString = byte === QUOTE;
    this.#depth = byte === OPEN_OBJECT || byte === OPEN_ARRAY ? 1 : 0;
    this.#isBare = !this.#inString && this.#depth === 0;
  }

  /** Consumes one byte inside a value; true if the value ends with or before it. */
  #step(byte: number): boolean {
    if (this.#isBare) {
      if (!isSpace(byte) && byte !== COMMA && byte !== CLOSE_ARRAY) return false;
      return true;
    }
    if (this.#inString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return !this.#inString && this.#depth === 0;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#depth--;
    return this.#depth === 0 && !this.#inString;
  }

  #isBareEnd(byte: number): boolean {
    return this.#isBare && (isSpace(byte) || byte === COMMA || byte === CLOSE_ARRAY);
  }

  #keep(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length <= this.#maxBytes) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #finish(): JsonValue {
    const [length, bytes] = [this.#length, Buffer.concat(this.#pieces)];
    this.#length = 0;
    this.#pieces = [];
    this.#isBare = false;
    const line = this.#startLine;
    if (length > this.#maxBytes) return { line, text: '', defect: tooLong(length, this.#maxBytes) };
    return { line, ...decodeUtf8(bytes) };
  }

  #cutOff(line: number, reason: string): JsonValue {
    const fix = 'a bracket or a quote is missing, or the file is truncated: fetch or write it again';
    return { line, text: '', defect: { reason, fix } };
  }
}
