/** Detects users who repeat a question, as people do when the answer did not help. */
import { hashPair } from '../profile/hashes.ts';
import { askedText } from '../trace.ts';
import type { Signal } from './signal.ts';

const MOST_REQUESTS = 20_000;
const WITHIN_MILLISECONDS = 3_600_000;

/** Hashes of recent requests. */
export class RecentRequests {
  readonly #times = new Map<number, number>();

  /** Records a request. @returns whether the same user sent it within the last hour */
  isAgain(user: string, text: string, at: number): boolean {
    const key = hashPair(`${user} ${text.trim().toLowerCase()}`);
    const before = this.#times.get(key);
    this.#times.delete(key);
    this.#times.set(key, at);
    if (this.#times.size > MOST_REQUESTS) this.#times.delete(this.#times.keys().next().value!);
    return before !== undefined && at - before < WITHIN_MILLISECONDS;
  }
}

export const asked_again: Signal = {
  title: 'requests that the same user repeats',
  kind: 'share',
  directions: ['up'],
  of({ user, prompt, at, choice }, { recent }) {
    const asked = askedText(prompt);
    if (user === undefined || recent === undefined || choice > 0 || asked.trim() === '') return undefined;
    return Number(recent.isAgain(user, asked, at));
  },
  cause: 'answers that did not help, or a client that retries',
  action: 'review the answers to repeated requests',
};
