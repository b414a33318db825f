/** How fast a model finishes answers, while it has something to do. */

import { median } from '../../base/median.ts';

/** Answers that the rate is taken over. */
const WINDOW = 256;
/** A full batch finishes this many times more than one answer alone, until one has been seen. */
const GAIN = 5;
const UNKNOWN_SECONDS = 1;

/** Answers, and what they may take: tokens, or one each. */
interface Load {
  rows: number;
  work: number;
}

interface Span extends Load {
  seconds: number;
}

export class FinishRate {
  /** Answers that make a full batch. */
  readonly #full: number;
  readonly #now: () => number;
  /** Since work began, or something was finished. */
  #since = 0;
  /** While the batch was full, and while it was not. */
  readonly #spans: { full: Span[]; light: Span[] } = { full: [], light: [] };

  constructor(full: number, now: () => number = () => performance.now() / 1000) {
    this.#full = full;
    this.#now = now;
  }

  /** @param running answers in the making, those that begin included */
  begin(running: number): void {
    if (this.#isIdle) this.#since = this.#now();
    this.#running = running;
  }

  #running = 0;

  get #isIdle(): boolean {
    return this.#running === 0;
  }

  /** @param running answers that were in the making, those that are finished included */
  finish({ rows, work }: Load, running: number): void {
    const now = this.#now();
    const spans = running >= this.#full / 2 ? this.#spans.full : this.#spans.light;
    spans.push({ rows, work, seconds: now - this.#since });
    while (sum(spans).rows - spans[0].rows >= WINDOW) spans.shift();
    this.#since = now;
    this.#running = running - rows;
  }

  /** That it takes to finish these. */
  secondsFor({ rows, work }: Load): number {
    const { full, light } = this.#spans;
    if (full.length > 0) {
      const known = sum(full);
      return (work * known.seconds) / known.work;
    }
    if (light.length === 0) return (rows / this.#full) * UNKNOWN_SECONDS;
    // A model's first answer takes much longer than those after it.
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
