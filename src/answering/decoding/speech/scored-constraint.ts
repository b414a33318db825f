// V vocabulary
import type { TokenConstraint } from '@attune/constraint';
import { logProbOf } from '../log-probs.ts';

/** Follows another constraint and adds up how likely what is written is, among what that allows. */
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

  /** ln p of all tokens, and of the end where there is one. */
  total(end: number | undefined): number {
    return this.#sum + (end === undefined ? 0 : this.#logProbOf(end));
  }

  #logProbOf(id: number): number {
    const logits = this.#last;
    return logits === undefined ? 0 : logProbOf(logits, id);
  }
}

/** Allows everything, and keeps how likely one token is as the first. */
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
