/** Finds stop texts in a stream, holding back text that could still become one. */
import { smallest } from '../../base/many.ts';
export class StopStrings {
  readonly #stops: readonly string[];
  #held = '';
  /** Characters of the held text in which no stop text may end. */
  #early = 0;
  isHit = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '');
  }

  /** Takes new text and returns the part that is final. `isEarly`: stop texts ending in it are ignored. */
  push(text: string, { isEarly = false } = {}): string {
    if (this.isHit) return '';
    const all = this.#held + text;
    const from = (stop: string) => Math.max(0, this.#early - stop.length + 1);
    const found = isEarly ? [] : this.#stops.map((stop) => all.indexOf(stop, from(stop))).filter((place) => place >= 0);
    if (found.length > 0) {
      this.isHit = true;
      this.#held = '';
      return all.slice(0, smallest(found));
    }
    const safe = all.length - this.#pending(all);
    this.#held = all.slice(safe);
    this.#early = isEarly ? this.#held.length : Math.max(0, this.#early - safe);
    return all.slice(0, safe);
  }

  /** Returns the held text when the answer has ended. */
  end(): string {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }

  /** Length of the longest suffix of the text that is a prefix of a stop text. */
  #pending(text: string): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
        if (text.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}
