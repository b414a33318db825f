import { PairHeap, PairTable } from './pair-heap.ts';

/** All pieces concatenated, as a linked list of symbols: merging unlinks the right one. */
interface Corpus {
  /** Symbol at each place; -1 once merged away. */
  symbols: Int32Array;
  /** Index of the neighbour within the piece, or -1. */
  previous: Int32Array;
  next: Int32Array;
  /** Count of each place's piece. */
  weights: Float64Array;
}

/** One merge: two symbols and the one that replaces them. */
export interface Merge {
  left: number;
  right: number;
  result: number;
}

/**
 * Learns byte-pair merges over weighted pieces: the most frequent pair first, ties to the smaller ids. Counts are
 * updated incrementally, so a merge costs as much as the places that it changes.
 */
export class MergeLearner {
  readonly #table = new PairTable();
  readonly #heap = new PairHeap(this.#table);
  readonly #corpus: Corpus;
  #touched = new Set<number>();

  /** `pieces`: symbol sequences with their counts. */
  constructor(pieces: readonly [symbols: readonly number[], count: number][]) {
    this.#corpus = layOut(pieces);
    const { symbols, next, weights } = this.#corpus;
    for (let place = 0; place < symbols.length; place++) {
      if (next[place] !== -1) this.#add(symbols[place], symbols[next[place]], place, weights[place]);
    }
    this.#settle();
  }

  /** Removes and returns the most frequent pair that occurs at least `minFrequency` times. */
  best(minFrequency: number): { left: number; right: number; count: number } | undefined {
    const row = this.#heap.pop();
    if (row === undefined || this.#table.count[row] < Math.max(1, minFrequency)) return undefined;
    return { left: this.#table.left[row], right: this.#table.right[row], count: this.#table.count[row] };
  }

  /** Joins every occurrence of the pair, from left to right. */
  apply({ left, right, result }: Merge): void {
    const row = this.#table.row(left, right);
    const places = this.#table.places[row];
    this.#table.places[row] = [];
    // Only pairs of equal symbols can overlap, so only for them does the order matter.
    if (left === right) places.sort((a, b) => a - b);
    for (const place of places) this.#join(place, { left, right, result });
    this.#touched.delete(row);
    this.#settle();
  }

  #join(place: number, { left, right, result }: Merge): void {
    const { symbols, previous, next, weights } = this.#corpus;
    const partner = next[place];
    if (symbols[place] !== left || partner === -1 || symbols[partner] !== right) return;
    const [before, after, weight] = [previous[place], next[partner], weights[place]];
    if (before !== -1) this.#remove(symbols[before], left, weight);
    if (after !== -1) this.#remove(right, symbols[after], weight);
    this.#remove(left, right, weight);
    symbols[place] = result;
    symbols[partner] = -1;
    next[place] = after;
    if (after !== -1) previous[after] = place;
    if (before !== -1) this.#add(symbols[before], result, before, weight);
    if (after !== -1) this.#add(result, symbols[after], place, weight);
  }

  #add(left: number, right: number, place: number, weight: number): void {
    const row = this.#table.row(left, right);
    this.#table.count[row] += weight;
    this.#table.places[row].push(place);
    this.#touched.add(row);
  }

  #remove(left: number, right: number, weight: number): void {
    const row = this.#table.row(left, right);
    this.#table.count[row] -= weight;
    this.#touched.add(row);
  }

  /** Moves the pairs whose count changed to their new position in the queue. */
  #settle(): void {
    for (const row of this.#touched) this.#heap.update(row);
    this.#touched = new Set();
  }
}

function layOut(pieces: readonly [symbols: readonly number[], count: number][]): Corpus {
  const size = pieces.reduce((sum, [symbols]) => sum + symbols.length, 0);
  const corpus: Corpus = {
    symbols: new Int32Array(size),
    previous: new Int32Array(size).fill(-1),
    next: new Int32Array(size).fill(-1),
    weights: new Float64Array(size),
  };
  let place = 0;
  for (const [symbols, count] of pieces) {
    for (let i = 0; i < symbols.length; i++, place++) {
      corpus.symbols[place] = symbols[i];
      corpus.weights[place] = count;
      if (i > 0) corpus.previous[place] = place - 1;
      if (i + 1 < symbols.length) corpus.next[place] = place + 1;
    }
  }
  return corpus;
}
