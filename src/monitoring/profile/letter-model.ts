/** Letter statistics: bits per byte of a text under a trigram model of other texts. */

export interface LetterCounts {
  /** Counts of single bytes [256], of pairs [256 · 256], and of triples, hashed to [2^20]. */
  one: Uint32Array;
  two: Uint32Array;
  three: Uint32Array;
}

const THREES = 2 ** 20;
const MOST_BYTES = 2000;
/** Weight of the shorter context, as a pseudo-count. */
const BACK_OFF = 4;

export function emptyCounts(): LetterCounts {
  return { one: new Uint32Array(256), two: new Uint32Array(65_536), three: new Uint32Array(THREES) };
}

export function countLetters({ one, two, three }: LetterCounts, text: string): void {
  const bytes = Buffer.from(text).subarray(0, MOST_BYTES);
  let [a, b] = [0, 0];
  for (const byte of bytes) {
    one[byte]++;
    two[b * 256 + byte]++;
    three[place(a, b, byte)]++;
    [a, b] = [b, byte];
  }
}

function place(a: number, b: number, byte: number): number {
  return (Math.imul((a << 16) | (b << 8) | byte, 0x9e3779b1) >>> 12) % THREES;
}

export class LetterModel {
  readonly #counts: LetterCounts;
  readonly #all: number;

  constructor(counts: LetterCounts) {
    this.#counts = counts;
    this.#all = counts.one.reduce((sum, count) => sum + count, 0);
  }

  bitsPerByte(text: string): number | undefined {
    const bytes = Buffer.from(text).subarray(0, MOST_BYTES);
    if (bytes.length === 0 || this.#all === 0) return undefined;
    const { one, two, three } = this.#counts;
    let bits = 0;
    let [a, b] = [0, 0];
    for (const byte of bytes) {
      const first = (one[byte] + 0.5) / (this.#all + 128);
      const second = (two[b * 256 + byte] + BACK_OFF * first) / (one[b] + BACK_OFF);
      // Every pair is followed by a third byte except at the end of a text.
      const third = (three[place(a, b, byte)] + BACK_OFF * second) / (two[a * 256 + b] + BACK_OFF);
      bits -= Math.log2(Math.min(1, third));
      [a, b] = [b, byte];
    }
    return bits / bytes.length;
  }
}
