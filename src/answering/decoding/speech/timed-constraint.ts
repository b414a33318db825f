// V vocabulary
import type { TimeTokens } from '../../../models/text/index.ts';
import type { TokenConstraint } from '@attune/constraint';
import { forbid } from './speech-constraint.ts';

export interface TimedVocabulary {
  size: number;
  times: TimeTokens;
  /** The end-of-transcript token: ids from it on are not text. */
  end: number;
  /** Banned ids, including the no-timestamps token. */
  suppressed: readonly number[];
}

/**
 * Whisper's timestamp rules (Radford et al., 2022; HF's WhisperTimeStampLogitsProcessor): a text begins with a
 * timestamp; timestamps come in pairs, the end of one segment and the start of the next, except for the first and the
 * last; they never decrease; and a timestamp is forced if all timestamps together are more probable than any other
 * token.
 */
export class TimedConstraint implements TokenConstraint {
  readonly isComplete = false;
  readonly #vocabulary: TimedVocabulary;
  readonly #usual: Uint32Array;
  readonly #written: number[] = [];
  #lastTime: number | undefined;

  constructor(vocabulary: TimedVocabulary) {
    this.#vocabulary = vocabulary;
    this.#usual = new Uint32Array(Math.ceil(vocabulary.size / 32)).fill(0xffffffff);
    forbid(this.#usual, vocabulary.suppressed);
  }

  #isTime(id: number): boolean {
    return id >= this.#vocabulary.times.first;
  }

  allowed(): Uint32Array {
    const { size, times, end } = this.#vocabulary;
    const mask = this.#usual.slice();
    const last = this.#written.at(-1);
    if (last === undefined) {
      forbid(mask, range(0, times.first));
      forbid(mask, range(times.lastInitial + 1, size));
      return mask;
    }
    const isTime = this.#isTime(last);
    const before = this.#written.at(-2);
    const isPair = isTime && (before === undefined || this.#isTime(before));
    if (isPair) forbid(mask, range(times.first, size));
    else if (isTime) forbid(mask, range(0, end));
    // The end of a segment may be the start of the next; any other timestamp must be later.
    if (this.#lastTime !== undefined) forbid(mask, range(times.first, this.#lastTime + (isTime && !isPair ? 0 : 1)));
    return mask;
  }

  /** Bans text tokens if the timestamps together are more probable than each of them. */
  adjust(logits: Float32Array): void {
    const { first } = this.#vocabulary.times;
    const text = largest(logits.subarray(0, first));
    const times = logits.subarray(first);
    const most = largest(times);
    if (most === Number.NEGATIVE_INFINITY) return;
    let sum = 0;
    for (let i = 0; i < times.length; i++) sum += Math.exp(times[i] - most);
    if (most + Math.log(sum) > text) logits.fill(Number.NEGATIVE_INFINITY, 0, first);
  }

  advance(id: number): void {
    this.#written.push(id);
    if (this.#isTime(id)) this.#lastTime = id;
  }
}

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}
