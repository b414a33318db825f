import { createContext, Script, type Context } from 'node:vm';
import { AttuneError } from './errors.ts';

/** Time limit of one pattern over all texts, in milliseconds. */
const TIME = 1000;

const test = new Script('pattern.test(text)');
let context: (Context & { pattern: RegExp; text: string }) | undefined;

/**
 * A regular expression from a file, with a time limit: JavaScript's engine backtracks, and patterns such as `(a+)+!`
 * take exponential time.
 */
export class BoundedPattern {
  readonly #source: string;
  readonly #pattern: RegExp;
  /** The pattern cannot backtrack. */
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
    const start = performance.now();
    try {
      context ??= createContext({ pattern: this.#pattern, text }) as typeof context & Context;
      Object.assign(context, { pattern: this.#pattern, text });
      return test.runInContext(context, { timeout: Math.max(1, Math.ceil(this.#left)) }) as boolean;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw bad(this.#source, 'backtracks too much', {
        got: `no result within ${TIME / 1000} s`,
        fix: 'rewrite it without nested repetitions',
        cause: error,
      });
    } finally {
      this.#left -= performance.now() - start;
    }
  }
}

function bad(source: string, message: string, rest: { got: string; fix?: string; cause: unknown }): AttuneError {
  const shown = source.length > 200 ? `${source.slice(0, 200)}…` : source;
  return new AttuneError('E_BAD_PATTERN', { what: `The pattern "${shown}" ${message}`, ...rest });
}
