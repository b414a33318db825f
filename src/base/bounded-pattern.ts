import { createContext, Script, type Context } from 'node:vm';
import { AttuneError } from './errors.ts';

/** Processor time in milliseconds: limit for one text, and for all slow texts of a pattern together. */
const TIME = 1000;
/** Faster matches are not counted: the timeout alone takes that long, whatever the pattern. */
const SLOW = 5;

const test = new Script('pattern.test(text)');
let context: (Context & { pattern: RegExp; text: string }) | undefined;

/**
 * A regular expression from a file, with a time limit: JavaScript's engine backtracks, and patterns such as `(a+)+!`
 * take exponential time.
 */
export class BoundedPattern {
  readonly #source: string;
  readonly #pattern: RegExp;
  /** Whether the pattern has no repetitions or alternatives, so that it cannot backtrack. */
  readonly #isPlain: boolean;
  #left = TIME;

  /** `before` and `after` anchor the source. @throws AttuneError E_BAD_PATTERN */
  constructor(source: string, before = '', after = '') {
    this.#source = source;
    this.#isPlain = !/[*+?{|(]/.test(source);
    try {
      this.#pattern = new RegExp(`${before}${source}${after}`, 'u');
    } catch (error) {
      throw bad(source, 'is not a valid regular expression', { got: (error as Error).message, cause: error });
    }
  }

  /** @throws AttuneError E_BAD_PATTERN if the time limit is exceeded */
  test(text: string): boolean {
    if (this.#isPlain) return this.#pattern.test(text);
    for (;;) {
      const start = processorMs();
      const found = this.#attempt(text);
      const spent = processorMs() - start;
      if (spent > SLOW) this.#left -= spent;
      if (this.#left <= 0) throw this.#tooSlow();
      if (found !== undefined) return found;
    }
  }

  /** Undefined on timeout. The timeout measures wall time, so on a busy machine the pattern may not be at fault. */
  #attempt(text: string): boolean | undefined {
    try {
      context ??= createContext({ pattern: this.#pattern, text }) as typeof context & Context;
      Object.assign(context, { pattern: this.#pattern, text });
      return test.runInContext(context, { timeout: TIME }) as boolean;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      return undefined;
    }
  }

  #tooSlow(): AttuneError {
    return bad(this.#source, 'backtracks too much', {
      got: `no result within ${TIME / 1000} s`,
      fix: 'rewrite it without nested repetitions',
    });
  }
}

/** Processor time of this thread; Node 22 only offers wall time. */
function processorMs(): number {
  if (typeof process.threadCpuUsage !== 'function') return performance.now();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function bad(source: string, message: string, rest: { got: string; fix?: string; cause?: unknown }): AttuneError {
  const shown = source.length > 200 ? `${source.slice(0, 200)}…` : source;
  return new AttuneError('E_BAD_PATTERN', { what: `The pattern "${shown}" ${message}`, ...rest });
}
