/** Disjoint sets over 0 … count - 1. The smallest member represents a set, so that the order of unions does not matter. */
export class UnionFind {
  readonly #parent: Uint32Array;

  constructor(parents: number | Uint32Array) {
    this.#parent = typeof parents === 'number' ? Uint32Array.from({ length: parents }, (_, index) => index) : parents;
  }

  find(member: number): number {
    const parent = this.#parent;
    while (parent[member] !== member) {
      parent[member] = parent[parent[member]];
      member = parent[member];
    }
    return member;
  }

  /** True if the two were in different sets. */
  union(a: number, b: number): boolean {
    const [rootA, rootB] = [this.find(a), this.find(b)];
    this.#parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    return rootA !== rootB;
  }

  clone(): UnionFind {
    return new UnionFind(this.#parent.slice());
  }

  /** Merges members that share a key; members without keys stay alone. */
  uniteBy(keysOf: (member: number) => string | readonly string[] | undefined): void {
    const firstOf = new Map<string, number>();
    for (let member = 0; member < this.#parent.length; member++) {
      const keys = keysOf(member) ?? [];
      for (const key of typeof keys === 'string' ? [keys] : keys) {
        const first = firstOf.get(key);
        if (first === undefined) firstOf.set(key, member);
        else this.union(first, member);
      }
    }
  }

  /**
   * The set number of each member; sets in order of their first members, as in `sets`. Takes the memory of the sets,
   * which cannot be used any more.
   */
  toNumbers(): { setOf: Uint32Array; count: number } {
    const numbers = this.#parent;
    let count = 0;
    // A parent is earlier than its members, so that it has its number already.
    for (let member = 0; member < numbers.length; member++) {
      const parent = numbers[member];
      numbers[member] = parent === member ? count++ : numbers[parent];
    }
    return { setOf: numbers, count };
  }

  /** The sets as lists, both in ascending order. */
  sets(): number[][] {
    const members = new Map<number, number[]>();
    for (let member = 0; member < this.#parent.length; member++) {
      const root = this.find(member);
      const set = members.get(root);
      if (set === undefined) members.set(root, [member]);
      else set.push(member);
    }
    return [...members.values()];
  }
}
