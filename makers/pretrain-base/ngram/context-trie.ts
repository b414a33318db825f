/**
 * All n-grams of a text up to an order, as a trie over reversed contexts: the node of an n-gram is a child of the node
 * of its last n-1 tokens. Typed arrays and one open-addressed hash table take about 20 bytes per node.
 */
export class ContextTrie {
  static readonly ROOT = 0;
  /** Node → the node of the n-gram without its oldest token. */
  parents = new Uint32Array(1024);
  /** Node → its oldest token. */
  tokens = new Uint32Array(1024);
  /** Node → its length in tokens, 0 for the root. */
  lengths = new Uint8Array(1024);
  size = 1;
  private slots = new Uint32Array(4096);

  /** The child of `node` with `token` in front, or -1. */
  find(node: number, token: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hash(node, token) & mask; ; slot = (slot + 1) & mask) {
      const candidate = this.slots[slot];
      if (candidate === 0) return -1;
      if (this.parents[candidate] === node && this.tokens[candidate] === token) return candidate;
    }
  }

  /** Adds a child that `find` did not find. */
  add(node: number, token: number): number {
    if (this.size === this.parents.length) this.growNodes();
    // At most two thirds full: longer probe sequences would cost more than the memory.
    if (this.size * 3 > this.slots.length * 2) this.growSlots();
    const child = this.size++;
    this.parents[child] = node;
    this.tokens[child] = token;
    this.lengths[child] = this.lengths[node] + 1;
    this.place(child);
    return child;
  }

  private place(node: number): void {
    const mask = this.slots.length - 1;
    let slot = hash(this.parents[node], this.tokens[node]) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = node;
  }

  private growNodes(): void {
    this.parents = grown(this.parents, new Uint32Array(this.parents.length * 2));
    this.tokens = grown(this.tokens, new Uint32Array(this.tokens.length * 2));
    this.lengths = grown(this.lengths, new Uint8Array(this.lengths.length * 2));
  }

  private growSlots(): void {
    this.slots = new Uint32Array(this.slots.length * 2);
    for (let node = 1; node < this.size; node++) this.place(node);
  }
}

/** A copy of the counts with capacity for `size`, filled up with zeros. */
export function grown<Counts extends Uint32Array | Uint8Array>(counts: Counts, larger: Counts): Counts {
  larger.set(counts);
  return larger;
}

function hash(node: number, token: number): number {
  let mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(token + 1, 0x85ebca6b);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
