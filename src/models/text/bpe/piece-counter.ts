import { compileSplitPattern } from './split-pattern.ts';

// A JavaScript Map holds at most 2^24 entries; far below that, the rarest pieces no longer affect merges.
const MAX_DISTINCT_PIECES = 1 << 22;
// V8 keeps a whole chunk alive as long as a slice of 13 or more characters of it exists.
const LONGEST_COPIED_SLICE = 12;

/** Counts the pieces of a stream of texts, split by a pattern, in bounded memory. */
export class PieceCounter {
  readonly #pattern: RegExp;
  readonly #maxDistinct: number;
  #counts = new Map<string, number>();
  #rare = 0;

  /** Beyond `maxDistinct` pieces, those below a minimum count are forgotten; the minimum rises as needed. */
  constructor(pattern: string, maxDistinct = MAX_DISTINCT_PIECES) {
    this.#pattern = compileSplitPattern(pattern);
    this.#maxDistinct = maxDistinct;
  }

  /** Pieces do not span chunks, so pass whole documents. Text between matches is a piece of its own. */
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

  /** Pieces and counts, sorted by piece. */
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
