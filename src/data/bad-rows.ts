import { AttuneError, type Problem } from '../base/errors.ts';
import { formatCount, plural } from '../base/format.ts';
import { pushAll } from '../base/many.ts';

/** Number of defects kept for the message; others are only counted, to bound memory. */
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

/** Collects the defects of all files for a joint report. */
export class BadRows {
  readonly #problems: Problem[] = [];
  #rows = 0;
  #bad = 0;
  #problemCount = 0;

  /** Number of rows. */
  get rows(): number {
    return this.#rows;
  }

  /** Number of rows with a defect. */
  get bad(): number {
    return this.#bad;
  }

  /** The first defects. */
  get problems(): Problem[] {
    return [...this.#problems];
  }

  /** Number of defects, including those not kept. */
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

  /** The error with the defects; undefined if every row is good. */
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
