/** Numbers per bitmap: 256 bytes even if only one is present. */
const CHUNK = 1 << 11;

/** A set of mostly consecutive integers, one bit each. */
export class NumberSet {
  readonly #chunks = new Map<number, Uint32Array>();

  add(number: number): void {
    const key = Math.floor(number / CHUNK);
    let chunk = this.#chunks.get(key);
    if (chunk === undefined) this.#chunks.set(key, (chunk = new Uint32Array(CHUNK / 32)));
    chunk[(number % CHUNK) >>> 5] |= 1 << (number & 31);
  }

  has(number: number): boolean {
    const chunk = this.#chunks.get(Math.floor(number / CHUNK));
    return chunk !== undefined && ((chunk[(number % CHUNK) >>> 5] >>> (number & 31)) & 1) === 1;
  }
}
