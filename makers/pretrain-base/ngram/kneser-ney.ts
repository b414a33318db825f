import { ContextTrie, grown } from './context-trie.ts';

/** Discounts of an order for counts of 1, 2, and 3 or more. */
type Discounts = readonly [one: number, two: number, more: number];

const UNKNOWN = -1;

/**
 * An n-gram model with interpolated modified Kneser-Ney smoothing (Chen and Goodman 1999), with the uniform
 * distribution below the unigrams. Sequences are independent; each begins with a mark that serves only as context.
 *
 * Call `add` for every training sequence, then `finish`, then `bits`.
 */
export class KneserNeyModel {
  private readonly trie = new ContextTrie();
  private readonly order: number;
  private readonly vocabulary: number;
  private readonly start: number;
  private readonly startHistory: number;
  /** Raw counts for the highest order and for n-grams at a start; else the number of distinct tokens that precede. */
  private counts = new Uint32Array(1024);
  private discounts: Discounts[] = [];
  /** History → total count of its continuations, and the probability mass that discounting takes from them. */
  private totals = new Float64Array(0);
  private released = new Float64Array(0);

  constructor(order: number, vocabulary: number) {
    this.order = order;
    this.vocabulary = vocabulary;
    this.start = vocabulary;
    this.startHistory = this.trie.add(ContextTrie.ROOT, this.start);
  }

  /** Number of distinct n-grams of all orders. */
  get size(): number {
    return this.trie.size - 2;
  }

  add(sequence: ArrayLike<number>): void {
    for (let end = 0; end < sequence.length; end++) {
      let node = ContextTrie.ROOT;
      const longest = Math.min(this.order, end + 2);
      for (let length = 1; length <= longest; length++) node = this.child(node, this.at(sequence, end - length + 1));
      this.counts[node]++;
    }
  }

  /**
   * Computes the discounts and the mass that each history leaves to shorter ones. `visit` must yield the same sequences
   * again.
   */
  finish(visit: (take: (sequence: ArrayLike<number>) => void) => void): void {
    this.discounts = this.estimateDiscounts();
    this.totals = new Float64Array(this.trie.size);
    this.released = new Float64Array(this.trie.size);
    const seen = new Uint8Array(this.trie.size);
    visit((sequence) => {
      this.walk(sequence, (nodes, histories) => {
        for (let length = 1; length <= this.order && nodes[length] !== UNKNOWN; length++) {
          this.collect(histories[length - 1], nodes[length], seen);
        }
      });
    });
  }

  /** The sum of -log2 of each token's probability. */
  bits(sequence: ArrayLike<number>): number {
    let bits = 0;
    this.walk(sequence, (nodes, histories) => {
      bits -= Math.log2(this.probability(nodes, histories));
    });
    return bits;
  }

  /** Each order adds its discounted share to its remaining mass times the probability of the lower order. */
  private probability(nodes: Int32Array, histories: Int32Array): number {
    let probability = 1 / this.vocabulary;
    for (let length = 1; length <= this.order; length++) {
      const history = histories[length - 1];
      const total = history === UNKNOWN ? 0 : this.totals[history];
      if (total === 0) break;
      const count = nodes[length] === UNKNOWN ? 0 : this.counts[nodes[length]];
      const kept = count === 0 ? 0 : count - this.discount(length, count);
      probability = (kept + this.released[history] * probability) / total;
    }
    return probability;
  }

  /**
   * Visits each token with the nodes of the n-grams that end at it and of those that end before it, by length. Index 0
   * is the root; -1 marks an unknown n-gram, or one that would begin before the start.
   */
  private walk(sequence: ArrayLike<number>, visit: (nodes: Int32Array, histories: Int32Array) => void): void {
    let histories = new Int32Array(this.order + 1).fill(UNKNOWN);
    let nodes = new Int32Array(this.order + 1);
    [histories[0], histories[1]] = [ContextTrie.ROOT, this.startHistory];
    for (let end = 0; end < sequence.length; end++) {
      nodes.fill(UNKNOWN);
      nodes[0] = ContextTrie.ROOT;
      const longest = Math.min(this.order, end + 2);
      for (let length = 1; length <= longest && nodes[length - 1] !== UNKNOWN; length++) {
        nodes[length] = this.trie.find(nodes[length - 1], this.at(sequence, end - length + 1));
      }
      visit(nodes, histories);
      [nodes, histories] = [histories, nodes];
    }
  }

  private at(sequence: ArrayLike<number>, index: number): number {
    return index < 0 ? this.start : sequence[index];
  }

  private child(node: number, token: number): number {
    const found = this.trie.find(node, token);
    if (found !== UNKNOWN) return found;
    if (this.trie.size >= this.counts.length) this.counts = grown(this.counts, new Uint32Array(this.counts.length * 2));
    // One more distinct token precedes the shorter n-gram.
    if (node !== ContextTrie.ROOT) this.counts[node]++;
    return this.trie.add(node, token);
  }

  private collect(history: number, node: number, seen: Uint8Array): void {
    if (seen[node] === 1) return;
    seen[node] = 1;
    const count = this.counts[node];
    this.totals[history] += count;
    this.released[history] += this.discount(this.trie.lengths[node], count);
  }

  private discount(length: number, count: number): number {
    return this.discounts[length][Math.min(count, 3) - 1];
  }

  private estimateDiscounts(): Discounts[] {
    const counted = Array.from({ length: this.order + 1 }, () => [0, 0, 0, 0, 0]);
    for (let node = 1; node < this.trie.size; node++) {
      const count = this.counts[node];
      if (count >= 1 && count <= 4) counted[this.trie.lengths[node]][count]++;
    }
    return counted.map(modifiedDiscounts);
  }
}

/**
 * Chen and Goodman's estimates from the numbers of n-grams with a count of 1, 2, 3 and 4; fixed values where one of
 * these is zero.
 */
export function modifiedDiscounts(counted: readonly number[]): Discounts {
  const [, one, two, three, four] = counted;
  if (one === 0 || two === 0 || three === 0) return [0.5, 0.75, 0.9];
  const y = one / (one + 2 * two);
  const clamp = (value: number, count: number): number => Math.min(Math.max(value, 0.05), count - 0.01);
  return [clamp(1 - (2 * y * two) / one, 1), clamp(2 - (3 * y * three) / two, 2), clamp(3 - (4 * y * four) / three, 3)];
}
