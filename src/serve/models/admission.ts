/** Who may wait for a model: answers beyond the queue's length are refused before anything is done for them. */
import { ApiError } from '../api-error.ts';

/** Answers that a batcher makes at once. */
const AT_ONCE = 32;

interface Line {
  /** Answers in the making and waiting. */
  rows: number;
  /** Seconds that an answer took, as a moving mean. */
  seconds: number;
}

export class Admission {
  readonly #most: number;
  readonly #lines = new Map<string, Line>();

  constructor(mostWaiting: number) {
    this.#most = mostWaiting;
  }

  /** Takes places for so many answers of a model, until the result is disposed. @throws ApiError 429 */
  enter(model: string, rows: number): Disposable {
    const line = this.#lines.get(model) ?? { rows: 0, seconds: 1 };
    this.#lines.set(model, line);
    const waiting = line.rows + rows - AT_ONCE;
    // Whoever comes alone is let in, however many answers are asked for.
    if (line.rows > 0 && waiting > this.#most) throw full(line, waiting);
    line.rows += rows;
    const start = Date.now();
    return {
      [Symbol.dispose]: () => {
        line.rows -= rows;
        line.seconds = 0.8 * line.seconds + 0.2 * ((Date.now() - start) / 1000);
      },
    };
  }

  /** Answers in the making, and those that wait, over all models. */
  get counts(): { running: number; waiting: number } {
    const lines = [...this.#lines.values()];
    return {
      running: lines.reduce((sum, { rows }) => sum + Math.min(rows, AT_ONCE), 0),
      waiting: lines.reduce((sum, { rows }) => sum + Math.max(0, rows - AT_ONCE), 0),
    };
  }

  countsOf(model: string): { running: number; waiting: number } {
    const { rows } = this.#lines.get(model) ?? { rows: 0 };
    return { running: Math.min(rows, AT_ONCE), waiting: Math.max(0, rows - AT_ONCE) };
  }
}

const LONGEST_WAIT = 60;

function full({ rows, seconds }: Line, waiting: number): ApiError {
  const wait = Math.min(LONGEST_WAIT, Math.max(1, Math.ceil((waiting / AT_ONCE) * seconds)));
  const message = `Too many requests wait already (${rows} answers). Send it again in ${wait} s.`;
  return new ApiError(429, { message, code: 'rate_limit_exceeded', headers: { 'retry-after': String(wait) } });
}
