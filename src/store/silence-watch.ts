/**
 * Detects silence without comparing the clocks of machines: a sign of life that has not changed for the limit, by the
 * watcher's own clock, was the last one.
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
    // A sign is known to exist only since now, not since `asked`, in case the watcher was suspended in between.
    const now = performance.now();
    this.#since = new Map(signs.map((sign) => [sign, this.#since.get(sign) ?? now]));
    return new Set(signs.filter((sign) => asked - this.#since.get(sign)! >= this.#limit));
  }
}
