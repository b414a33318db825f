import { once } from 'node:events';

/** Maximum number of lines; older ones are dropped, and an older cursor continues at the oldest line left. */
const MOST_LINES = 20_000;

/** A log read by cursor, so that readers can reconnect and buffering proxies lose nothing. */
export class Feed<Line> {
  readonly #lines: Line[] = [];
  readonly #changed = new EventTarget();
  #dropped = 0;

  push(line: Line): void {
    this.#lines.push(line);
    if (this.#lines.length > MOST_LINES) this.#dropped += this.#lines.splice(0, this.#lines.length - MOST_LINES).length;
    this.#changed.dispatchEvent(new Event('change'));
  }

  get end(): number {
    return this.#dropped + this.#lines.length;
  }

  /** Lines from `cursor` on; waits for one if there is none, until aborted. */
  async since(cursor: number, until: AbortSignal): Promise<{ lines: Line[]; next: number }> {
    if (cursor >= this.end && !until.aborted)
      await once(this.#changed, 'change', { signal: until }).catch(() => undefined);
    return { lines: this.#lines.slice(Math.max(0, cursor - this.#dropped)), next: this.end };
  }
}
