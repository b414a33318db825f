/** Rate at which a busy model finishes answers. */

import { median } from '../../base/median.ts';

/** Number of answers over which the rate is measured. */
const WINDOW = 256;
/** Assumed speed-up of a full batch until one has been observed. */
const GAIN = 5;
const UNKNOWN_SECONDS = 1;

/** Number of answers and their expected work: in tokens, or one per answer. */
interface Load {
  rows: number;
  work: number;
}

interface Span extends Load {
  seconds: number;
}

export class FinishRate {
  /** Size of a full batch. */
  readonly #full: number;
  readonly #now: () => number;
  /** Time at which work began, or at which an answer last finished. */
  #since = 0;
  /** Measurements with a full batch, and with a smaller one. */
  readonly #spans: { full: Span[]; light: Span[] } = { full: [], light: [] };

  constructor(full: number, now: () => number = () => performance.now() / 1000) {
    this.#full = full;
    this.#now = now;
  }

  /** @param running answers in progress, including the new ones */
  begin(running: number): void {
    if (this.#isIdle) this.#since = this.#now();
    this.#running = running;
  }

  #running = 0;

  get #isIdle(): boolean {
    return this.#running === 0;
  }

  /** @param running answers in progress, including the finished ones */
  finish({ rows, work }: Load, running: number): void {
    const now = this.#now();
    const spans = running >= this.#full / 2 ? this.#spans.full : this.#spans.light;
    spans.push({ rows, work, seconds: now - this.#since });
    while (sum(spans).rows - spans[0].rows >= WINDOW) spans.shift();
    this.#since = now;
    this.#running = running - rows;
  }

  /** Estimated seconds to finish a load. */
  secondsFor({ rows, work }: Load): number {
    const { full, light } = this.#spans;
    if (full.length > 0) {
      const known = sum(full);
      return (work * known.seconds) / known.work;
    }
    if (light.length === 0) return (rows / this.#full) * UNKNOWN_SECONDS;
    // The median, since a model's first answer takes much longer than later ones.
    return (work * median(light.map((span) => span.seconds / span.work))) / GAIN;
  }
}

function sum(spans: readonly Span[]): Span {
  const none = { rows: 0, work: 0, seconds: 0 };
  return spans.reduce(
    (all, one) => ({ rows: all.rows + one.rows, work: all.work + one.work, seconds: all.seconds + one.seconds }),
    none,
  );
}
