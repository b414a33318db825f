/**
 * The words of a file, one per line, stored as the file's bytes and a hash table of positions, without a string per
 * word.
 */
import { readFileSync } from 'node:fs';

/** `plain`: the word alone is sufficient evidence. `ambiguous`: it is an everyday word too; its line ends in "?". */
type Standing = 'plain' | 'ambiguous';

const LINE_END = 10;
const MARK = 63;
/** A byte that never occurs in UTF-8. */
const NOWHERE = 0xff;
const EMPTY = -1;

/** Buffer of the word being looked up, shared by all lists to avoid allocation. */
let sought = Buffer.alloc(256);

/** An empty line is a word like any other. If a word has several lines, the last one counts. */
export class WordList {
  /** UTF-8. */
  readonly #bytes: Buffer;
  /**
   * Hash table with linear probing, at most half full: twice the position at which a word begins, plus one if the
   * word is ambiguous.
   */
  readonly #entries: Int32Array;
  /** Length in bytes of the longest line. */
  #longest = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#entries = new Int32Array(2 ** Math.ceil(Math.log2(2 * linesOf(bytes)))).fill(EMPTY);
    for (let start = 0; start <= bytes.length;) start = this.#add(start) + 1;
    if (sought.length < 3 * this.#longest) sought = Buffer.alloc(3 * this.#longest);
  }

  static read(path: URL): WordList {
    return new WordList(readFileSync(path));
  }

  static of(words: Iterable<string>): WordList {
    return new WordList(Buffer.from([...words].join('\n')));
  }

  has(word: string): boolean {
    return this.#entryOf(word) !== EMPTY;
  }

  get(word: string): Standing | undefined {
    const entry = this.#entryOf(word);
    return entry === EMPTY ? undefined : standingOf(entry);
  }

  /** In the order of their lines. */
  *[Symbol.iterator](): Generator<[word: string, standing: Standing]> {
    for (const entry of this.#entries.filter((one) => one !== EMPTY).sort()) {
      const end = this.#endOf(entry >> 1) - (entry & 1);
      yield [this.#bytes.toString('utf8', entry >> 1, end), standingOf(entry)];
    }
  }

  /** Adds the line that begins at `start`; returns its end. */
  #add(start: number): number {
    const end = this.#endOf(start);
    const mark = this.#bytes[end - 1] === MARK ? 1 : 0;
    this.#entries[this.#find(this.#bytes, start, end - mark)] = 2 * start + mark;
    this.#longest = Math.max(this.#longest, end - start);
    return end;
  }

  #endOf(start: number): number {
    let end = start;
    while (!this.#isLineEnd(end)) end++;
    return end;
  }

  #entryOf(word: string): number {
    if (word.length > this.#longest) return EMPTY;
    return this.#entries[this.#find(sought, 0, encode(word, sought))];
  }

  /** Slot of a word in the table, or the slot where it would go. */
  #find(word: Buffer, start: number, end: number): number {
    const mask = this.#entries.length - 1;
    let slot = hashOf(word, start, end) & mask;
    while (this.#entries[slot] !== EMPTY && !this.#isAt(this.#entries[slot], word, start, end))
      slot = (slot + 1) & mask;
    return slot;
  }

  #isAt(entry: number, word: Buffer, start: number, end: number): boolean {
    let at = entry >> 1;
    for (let from = start; from < end; from++, at++) if (this.#bytes[at] !== word[from]) return false;
    return (entry & 1) === 0 ? this.#isLineEnd(at) : this.#bytes[at] === MARK && this.#isLineEnd(at + 1);
  }

  #isLineEnd(at: number): boolean {
    return at === this.#bytes.length || this.#bytes[at] === LINE_END;
  }
}

function standingOf(entry: number): Standing {
  return (entry & 1) === 0 ? 'plain' : 'ambiguous';
}

function linesOf(bytes: Buffer): number {
  let count = 1;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === LINE_END) count++;
  return count;
}

/** FNV-1a. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  return hash ^ (hash >>> 15);
}

/** First byte of a UTF-8 sequence, by the number of continuation bytes. */
const LEADS = [0, 0xc0, 0xe0, 0xf0];

/** Encodes a word as UTF-8, at most three bytes per UTF-16 unit; returns the length. */
function encode(word: string, into: Buffer): number {
  let length = 0;
  for (let at = 0; at < word.length; at++) {
    const unit = word.charCodeAt(at);
    if (unit < 0x80) {
      // Sequences across a line's end are not words.
      into[length++] = unit === LINE_END ? NOWHERE : unit;
      continue;
    }
    const code = word.codePointAt(at)!;
    const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    if (more === 3) at++;
    into[length++] = LEADS[more] | (code >> (6 * more));
    for (let shift = 6 * more - 6; shift >= 0; shift -= 6) into[length++] = 0x80 | ((code >> shift) & 63);
  }
  return length;
}
