import { AttuneError, type Problem } from '../base/errors.ts';
import { formatCount, plural } from '../base/format.ts';

/** Kept for the message; the rest is only counted, so that a file of nothing but bad rows does not fill the memory. */
const MAX_KEPT = 200;

/** Collects the defects of all files, to be reported together. */
export class BadRows {
  readonly #problems: Problem[] = [];
  #rows = 0;
  #badRows = 0;
  #problemCount = 0;

  /** Counts a row and its defects. */
  add(problems: readonly Problem[]): void {
    this.#rows++;
    if (problems.length === 0) return;
    this.#badRows++;
    this.#problemCount += problems.length;
    this.#problems.push(...problems.slice(0, MAX_KEPT - this.#problems.length));
  }

  /** The error that lists them, or undefined where every row is good. */
  error(): AttuneError | undefined {
    if (this.#badRows === 0) return undefined;
    return new AttuneError('E_BAD_ROWS', {
      what: `${formatCount(this.#badRows)} of ${plural(this.#rows, 'rows')} cannot be used`,
      problems: this.#problems,
      problemCount: this.#problemCount,
      fix: 'correct or delete these rows; `attune data inspect` shows the file as it is read',
    });
  }
}
