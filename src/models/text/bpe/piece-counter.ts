import { compileSplitPattern } from './split-pattern.ts';

// A JavaScript Map ends at 2^24 entries; far below that the rarest pieces no longer move a merge.
const MAX_DISTINCT_PIECES = 1 << 22;
// V8 keeps the whole chunk alive behind a slice of 13 characters or more.
const LONGEST_COPIED_SLICE = 12;

/** Counts the pieces that a split pattern cuts from a stream of texts, in bounded memory. */
export class PieceCounter {
  readonly #pattern: RegExp;
  readonly #maxDistinct: number;
  #counts = new Map<string, number>();
  #rare = 0;

  /** Above `maxDistinct` different pieces the rarest are forgotten, all below one count that rises as needed. */
  constructor(pattern: string, maxDistinct = MAX_DISTINCT_PIECES) {
    this.#pattern = compileSplitPattern(pattern);
    this.#maxDistinct = maxDistinct;
  }

  /** A piece never crosses the border of a chunk: give whole documents. Text between matches is a piece of its own. */
  add(chunk: string): void {
    const text = chunk.isWellFormed() ? chunk : chunk.toWellFormed();
    const pattern = this.#pattern;
    let end = 0;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      if (match.index > end) this.#count(text.slice(end, match.index));
      end = match.index + match[0].length;
      if (match[0] === '') pattern.lastIndex++;
      else this.#count(match[0]);
    }
    if (end < text.length) this.#count(text.slice(end));
  }

  /** Pieces and counts, in an order that depends on the pieces alone. */
  sorted(): [piece: string, count: number][] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #count(piece: string): void {
    const count = this.#counts.get(piece);
    if (count !== undefined) {
      this.#counts.set(piece, count + 1);
      return;
    }
    if (this.#counts.size >= this.#maxDistinct) this.#forgetRare();
    this.#counts.set(piece.length > LONGEST_COPIED_SLICE ? Buffer.from(piece).toString() : piece, 1);
  }

  #forgetRare(): void {
    while (this.#counts.size > this.#maxDistinct / 2) {
      this.#rare++;
      for (const [piece, count] of this.#counts) if (count <= this.#rare) this.#counts.delete(piece);
    }
  }
}
