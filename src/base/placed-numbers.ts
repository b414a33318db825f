/** Pairs of a 32-bit integer and a position, sorted by integer and then by position; 8 bytes each. */
export class PlacedNumbers {
  length: number;
  /** Each 64-bit word has the position in its lower half and the integer in its upper half. */
  readonly #words: Uint32Array;

  /** @param entries capacity, or pairs of position and integer */
  constructor(entries: number | Uint32Array) {
    const isEmpty = typeof entries === 'number';
    this.#words = isEmpty ? new Uint32Array(2 * entries) : entries;
    this.length = isEmpty ? 0 : entries.length / 2;
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

  places(from: number, to: number): number[] {
    return Array.from({ length: to - from }, (_, index) => this.place(from + index));
  }

  /** End of the run of entries with the same integer as `from`. */
  endOfRun(from: number): number {
    const words = this.#words;
    const last = 2 * this.length;
    let at = 2 * from + 3;
    while (at < last && words[at] === words[at - 2]) at += 2;
    return (at - 1) / 2;
  }
}
