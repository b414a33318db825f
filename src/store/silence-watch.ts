/**
 * Tells who has gone silent without comparing the clocks of machines: a sign of life that stays the same for so long, by the
 * clock of whoever watches, is the last one.
 */
export class SilenceWatch {
  readonly #limit: number;
  /** When each sign that is still there was seen for the first time. */
  #since = new Map<string, number>();

  /** @param limit milliseconds until a sign is old */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The old ones among the signs that there are. @param asked when they were asked for, by `performance.now()` */
  silent(signs: readonly string[], asked: number): ReadonlySet<string> {
    // A sign was there after `asked`, and known for sure only since now: whoever sleeps between the two judges nobody.
    const now = performance.now();
    this.#since = new Map(signs.map((sign) => [sign, this.#since.get(sign) ?? now]));
    return new Set(signs.filter((sign) => asked - this.#since.get(sign)! >= this.#limit));
  }
}
