import { mock } from 'node:test';

/**
 * The time of the mails in place of the machine's, for all that happens in this process: traces, alarms, decisions and
 * trials are dated by the mails, and two runs of the example come to the same.
 */
export class MailTime implements Disposable {
  #now: number;

  constructor(start: number) {
    this.#now = start;
    mock.timers.enable({ apis: ['Date'], now: start });
  }

  get now(): number {
    return this.#now;
  }

  /** Time never stands still, so that everything has a place in it. */
  moveTo(at: number): void {
    this.#now = Math.max(at, this.#now + 1);
    mock.timers.setTime(this.#now);
  }

  tick(): void {
    this.moveTo(this.#now + 1);
  }

  [Symbol.dispose](): void {
    mock.timers.reset();
  }
}
