/** A tokenizer's vocabulary as constraints look at it. */
import type { Tokenizer } from '../../../text/index.ts';
import { tokenTable, type TokenTable } from './token-bytes.ts';
import { TokenTrie } from './token-trie.ts';
import { TokenWalk } from './token-walk.ts';

export class Vocabulary {
  /** One more than the largest id. */
  readonly size: number;
  readonly stopIds: readonly number[];
  /** Tokens by what they add to an answer as its first, and after others. */
  readonly first: TokenTrie;
  readonly later: TokenTrie;
  /** All tokens after a state of an automaton. */
  readonly walkFirst: TokenWalk;
  readonly walkLater: TokenWalk;
  readonly #table: TokenTable;

  constructor(tokenizer: Tokenizer) {
    this.#table = tokenTable(tokenizer);
    this.size = tokenizer.size;
    this.stopIds = tokenizer.stopIds;
    this.later = new TokenTrie(this.#table.later);
    this.first = this.#table.first === this.#table.later ? this.later : new TokenTrie(this.#table.first);
    this.walkLater = new TokenWalk(this.later);
    this.walkFirst = this.first === this.later ? this.walkLater : new TokenWalk(this.first);
  }

  /** Bytes of the longest token. */
  get longest(): number {
    return Math.max(this.first.depth, this.later.depth);
  }

  /** Bit mask of the ids without a text of their own, stop ids aside. */
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

  /** Whether a byte of the range is a token by itself. */
  hasByteWithin(low: number, high: number): boolean {
    for (let byte = low; byte <= high; byte++) if (this.later.tokenOfByte(byte) >= 0) return true;
    return false;
  }
}
