const FIRST_CAPACITY = 1 << 20;

/** Token sequences in one typed array, which can be iterated repeatedly. */
export class TokenStore {
  private tokens = new Uint32Array(FIRST_CAPACITY);
  private readonly ends: number[] = [];

  /** Number of tokens in all sequences. */
  get length(): number {
    return this.ends.at(-1) ?? 0;
  }

  add(sequence: ArrayLike<number>): void {
    const start = this.length;
    while (start + sequence.length > this.tokens.length) {
      const larger = new Uint32Array(this.tokens.length * 2);
      larger.set(this.tokens);
      this.tokens = larger;
    }
    this.tokens.set(sequence, start);
    this.ends.push(start + sequence.length);
  }

  visit(take: (sequence: Uint32Array) => void): void {
    let start = 0;
    for (const end of this.ends) {
      take(this.tokens.subarray(start, end));
      start = end;
    }
  }
}
