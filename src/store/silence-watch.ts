/**
 * Detects silence without comparing the clocks of different machines: a heartbeat is stale if it has not changed for
 * the limit, measured by the watcher's own clock.
 */
export class SilenceWatch {
  readonly #limit: number;
  /** Time at which each current heartbeat was first seen. */
  #since = new Map<string, number>();

  /** @param limit milliseconds after which a heartbeat is stale */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The stale heartbeats among the current ones. @param asked time of the query, from `performance.now()` */
  silent(signs: readonly string[], asked: number): ReadonlySet<string> {
    // A heartbeat is only known to exist since now, not since `asked`, as the watcher may have been suspended in
    // between.
    const now = performance.now();
    this.#since = new Map(signs.map((sign) => [sign, this.#since.get(sign) ?? now]));
    return new Set(signs.filter((sign) => asked - this.#since.get(sign)! >= this.#limit));
  }
}
