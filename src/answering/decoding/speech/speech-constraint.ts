import type { TokenConstraint } from '@attune/constraint';

/** Bans non-text ids, some of them only at the start. */
export class SpeechConstraint implements TokenConstraint {
  readonly isComplete = false;
  readonly #first: Uint32Array;
  readonly #later: Uint32Array;
  #isFirst = true;

  constructor(vocabularySize: number, suppressed: { always: readonly number[]; first: readonly number[] }) {
    this.#later = new Uint32Array(Math.ceil(vocabularySize / 32)).fill(0xffffffff);
    forbid(this.#later, suppressed.always);
    this.#first = this.#later.slice();
    forbid(this.#first, suppressed.first);
  }

  allowed(): Uint32Array {
    return this.#isFirst ? this.#first : this.#later;
  }
  advance(): void {
    this.#isFirst = false;
  }
}

/** Allows only the given ids. */
export class ChoiceConstraint implements TokenConstraint {
  readonly isComplete = false;
  readonly #mask: Uint32Array;

  constructor(vocabularySize: number, ids: Iterable<number>) {
    this.#mask = new Uint32Array(Math.ceil(vocabularySize / 32));
    for (const id of ids) this.#mask[id >>> 5] |= 1 << (id & 31);
  }

  allowed(): Uint32Array {
    return this.#mask;
  }
  advance(): void {
    // Stateless: a single token is chosen.
  }
}

/** Removes ids from a mask. */
export function forbid(mask: Uint32Array, ids: readonly number[]): void {
  for (const id of ids) if (id >= 0 && id >>> 5 < mask.length) mask[id >>> 5] &= ~(1 << (id & 31));
}
