import { AttuneError, type Problem } from '../base/errors.ts';
import { formatCount, plural } from '../base/format.ts';
import { pushAll } from '../base/many.ts';

/** Kept for the message; the rest is only counted, so that a file of nothing but bad rows does not fill the memory. */
const MAX_KEPT = 200;

/** Error text and advice for bad rows. */
export interface Refusal {
  what: string;
  fix: string;
}

const UNUSABLE: Refusal = {
  what: 'cannot be used',
  fix: 'correct or delete these rows, or leave them out with --strict false (data.strict in a recipe)',
};

/** Collects the defects of all files, to be reported together. */
export class BadRows {
  readonly #problems: Problem[] = [];
  #rows = 0;
  #bad = 0;
  #problemCount = 0;

  /** Rows that were counted. */
  get rows(): number {
    return this.#rows;
  }

  /** Rows with a defect. */
  get bad(): number {
    return this.#bad;
  }

  /** The first defects. */
  get problems(): Problem[] {
    return [...this.#problems];
  }

  /** All defects, those that are not kept too. */
  get problemCount(): number {
    return this.#problemCount;
  }

  /** Counts a row and its defects. */
  add(problems: readonly Problem[]): void {
    this.#rows++;
    if (problems.length === 0) return;
    this.#bad++;
    this.#problemCount += problems.length;
    pushAll(this.#problems, problems.slice(0, MAX_KEPT - this.#problems.length));
  }

  /** The error that lists them, or undefined where every row is good. */
  error({ what, fix }: Refusal = UNUSABLE): AttuneError | undefined {
    if (this.#bad === 0) return undefined;
    return new AttuneError('E_BAD_ROWS', {
      what: `${formatCount(this.#bad)} of ${plural(this.#rows, 'rows')} ${what}`,
      problems: this.#problems,
      problemCount: this.#problemCount,
      fix,
    });
  }
}
