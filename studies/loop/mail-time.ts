import { mock } from 'node:test';

/**
 * Replaces the machine's time by that of the emails in this process: traces, alarms, decisions and canaries are dated
 * by them, and two runs of the example have the same result.
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

  /** Time always advances, so that events have distinct times. */
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
