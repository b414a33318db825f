/** Whole numbers of 32 bits with the place that each is of, to be put in the numbers' order and within it in that of places: 8 bytes each. */
export class PlacedNumbers {
  length = 0;
  /** The place in the lower half of each word of 64 bits, the number in the upper one. */
  readonly #words: Uint32Array;

  /** @param most that there can be */
  constructor(most: number) {
    this.#words = new Uint32Array(2 * most);
  }

  add(place: number, number: number): void {
    const at = 2 * this.length++;
    this.#words[at] = place;
    this.#words[at + 1] = number;
  }

  sort(): void {
    new BigUint64Array(this.#words.buffer, 0, this.length).sort();
  }

  place(index: number): number {
    return this.#words[2 * index];
  }

  /** Where the run ends whose numbers are all that of `from`. */
  endOfRun(from: number): number {
    const words = this.#words;
    const last = 2 * this.length;
    let at = 2 * from + 3;
    while (at < last && words[at] === words[at - 2]) at += 2;
    return (at - 1) / 2;
  }
}
