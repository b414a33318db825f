/** Draws of the held-out set's generator: the same seed gives the same file. */

/** Mulberry32 (public domain): enough for choosing names and digits. */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return low + (((t ^ (t >>> 14)) >>> 0) % (high - low + 1));
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.int(0, values.length - 1)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }

  from(alphabet: string, count: number): string {
    return Array.from({ length: count }, () => this.pick([...alphabet])).join('');
  }

  digits(count: number): string {
    return this.from('0123456789', count);
  }

  /** Fills a pattern: `#` a digit, `@` a capital, `?` a small letter, `%` a hexadecimal digit, `*` a letter or digit. */
  fill(pattern: string): string {
    const alphabets: Record<string, string> = {
      '#': '0123456789',
      '@': 'ABCDEFGHJKLMNPRSTUVWXYZ',
      '?': 'abcdefghijkmnpqrstuvwxyz',
      '%': '0123456789abcdef',
      '*': 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
    };
    return [...pattern].map((symbol) => (alphabets[symbol] ? this.from(alphabets[symbol], 1) : symbol)).join('');
  }
}
