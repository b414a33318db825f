// V vocabulary
import type { TokenConstraint } from '@attune/constraint';
import { logProbOf } from '../log-probs.ts';

/** Wraps another constraint and adds up the log-probabilities of the chosen tokens among those that it allows. */
export class ScoredConstraint implements TokenConstraint {
  readonly isComplete = false;
  readonly #rules: TokenConstraint;
  #last: Float32Array | undefined;
  #sum = 0;

  constructor(rules: TokenConstraint) {
    this.#rules = rules;
  }

  allowed(remaining: number): Uint32Array {
    return this.#rules.allowed(remaining);
  }
  adjust(logits: Float32Array): void {
    this.#rules.adjust?.(logits);
    this.#last = logits;
  }
  advance(id: number): void {
    this.#sum += this.#logProbOf(id);
    this.#rules.advance(id);
  }

  /** Total log-probability of all tokens, and of the end token if given. */
  total(end: number | undefined): number {
    return this.#sum + (end === undefined ? 0 : this.#logProbOf(end));
  }

  #logProbOf(id: number): number {
    const logits = this.#last;
    return logits === undefined ? 0 : logProbOf(logits, id);
  }
}

/** Allows everything, and records the probability of one token at the first position. */
export class ShareProbe implements TokenConstraint {
  readonly isComplete = false;
  readonly #mask: Uint32Array;
  readonly #id: number;
  share = 0;

  constructor(vocabularySize: number, id: number) {
    this.#mask = new Uint32Array(Math.ceil(vocabularySize / 32)).fill(0xffffffff);
    this.#id = id;
  }

  allowed(): Uint32Array {
    return this.#mask;
  }
  adjust(logits: Float32Array): void {
    this.share = Math.exp(logProbOf(logits, this.#id));
  }
  advance(): void {
    // Ends after one token.
  }
}
