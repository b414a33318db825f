type Numbers = Uint16Array | Uint32Array | Float64Array;

/** A growable array of numbers that takes at most twice the memory it needs. */
export class GrowingArray<Of extends Numbers> {
  length = 0;
  #numbers: Of;
  readonly #make: new (length: number) => Of;

  constructor(make: new (length: number) => Of) {
    this.#make = make;
    this.#numbers = new make(1024);
  }

  push(value: number): void {
    if (this.length === this.#numbers.length) {
      const larger = new this.#make(2 * this.length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.length++] = value;
  }

  at(index: number): number {
    return this.#numbers[index];
  }

  /** View of the contents, without a copy; valid until more is added. */
  get view(): Of {
    return this.#numbers.subarray(0, this.length) as Of;
  }
}
