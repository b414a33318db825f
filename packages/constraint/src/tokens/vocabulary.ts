/** A tokenizer's vocabulary in the form that constraints need. */
import type { TokenSource } from './token-source.ts';
import { tokenTable, type TokenBytes, type TokenTable } from './token-bytes.ts';
import { TokenTrie } from './token-trie.ts';
import { TokenWalk } from './token-walk.ts';

export class Vocabulary {
  /** One more than the largest id. */
  readonly size: number;
  readonly stopIds: readonly number[];
  /** Tries of tokens as the first token of an answer, and after others. */
  readonly first: TokenTrie;
  readonly later: TokenTrie;
  /** Walks over all tokens from a state of an automaton. */
  readonly walkFirst: TokenWalk;
  readonly walkLater: TokenWalk;
  readonly #table: TokenTable;

  constructor(table: TokenTable, stopIds: readonly number[]) {
    this.#table = table;
    this.size = table.later.length;
    this.stopIds = stopIds;
    this.later = new TokenTrie(this.#table.later);
    this.first = this.#table.first === this.#table.later ? this.later : new TokenTrie(this.#table.first);
    this.walkLater = new TokenWalk(this.later);
    this.walkFirst = this.first === this.later ? this.walkLater : new TokenWalk(this.first);
  }

  static of(tokenizer: TokenSource): Vocabulary {
    return new Vocabulary(tokenTable(tokenizer), tokenizer.stopIds);
  }

  static from({ first, later, stopIds }: SharedVocabulary): Vocabulary {
    const table = unpacked(later);
    return new Vocabulary({ later: table, first: first === undefined ? table : unpacked(first) }, stopIds);
  }

  /** A copy in memory shared between threads. */
  shared(): SharedVocabulary {
    const { first, later } = this.#table;
    return { later: packed(later), stopIds: this.stopIds, ...(first !== later && { first: packed(first) }) };
  }

  /** Length of the longest token in bytes. */
  get longest(): number {
    return Math.max(this.first.depth, this.later.depth);
  }

  /** Bit mask of the ids without text, except stop ids. */
  silentIds(isFirst: boolean): Uint32Array {
    const mask = new Uint32Array((this.size + 31) >> 5);
    const stops = new Set(this.stopIds);
    for (let id = 0; id < this.size; id++)
      if (this.bytesOf(id, isFirst) === undefined && !stops.has(id)) mask[id >> 5] |= 1 << (id & 31);
    return mask;
  }

  bytesOf(id: number, isFirst: boolean): Uint8Array | undefined {
    return (isFirst ? this.#table.first : this.#table.later)[id];
  }

  /** Whether some byte of the range is a token by itself. */
  hasByteWithin(low: number, high: number): boolean {
    for (let byte = low; byte <= high; byte++) if (this.later.tokenOfByte(byte) >= 0) return true;
    return false;
  }
}

/** The bytes of all tokens, concatenated, and the end of each. */
interface PackedTokens {
  bytes: Uint8Array;
  ends: Int32Array;
}

export interface SharedVocabulary {
  later: PackedTokens;
  /** Present if tokens are spelt differently at the start of an answer. */
  first?: PackedTokens;
  stopIds: readonly number[];
}

function packed(tokens: TokenBytes): PackedTokens {
  const size = tokens.reduce((sum, token) => sum + (token?.length ?? 0), 0);
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  const ends = new Int32Array(new SharedArrayBuffer(4 * tokens.length));
  let at = 0;
  for (const [id, token] of tokens.entries()) {
    if (token !== undefined) bytes.set(token, at);
    ends[id] = at += token?.length ?? 0;
  }
  return { bytes, ends };
}

/** A token without bytes has no text. */
function unpacked({ bytes, ends }: PackedTokens): TokenBytes {
  return Array.from(ends, (end, id) => {
    const start = id === 0 ? 0 : ends[id - 1];
    return start === end ? undefined : bytes.subarray(start, end);
  });
}
