/**
 * Detects silence without comparing the clocks of machines: a sign of life that has not changed for the limit, by the
 * watcher's own clock, was the last one.
 */
export class SilenceWatch {
  readonly #limit: number;
  /** Time at which each current heartbeat was first seen. */
  #since = new Map<string, number>();

  /** @param limit milliseconds after which a heartbeat is stale */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The stale ones among the current heartbeats. @param asked time of the query, by `performance.now()` */
  silent(signs: readonly string[], asked: number): ReadonlySet<string> {
    // A heartbeat is only known to exist since now, not since `asked`, as the watcher may have been suspended in
    // between.
    const now = performance.now();
    this.#since = new Map(signs.map((sign) => [sign, this.#since.get(sign) ?? now]));
    return new Set(signs.filter((sign) => asked - this.#since.get(sign)! >= this.#limit));
  }
}
