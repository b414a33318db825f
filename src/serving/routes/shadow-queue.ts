/** Queue of shadow requests to a candidate version: one at a time, while no client is waiting. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Maximum length of the queue; further copies are dropped, so that the candidate does not fall behind. */
const MOST_WAITING = 64;
/** On a server that is never idle, a shadow request runs after this many milliseconds anyway. */
const LONGEST_REST = 5000;
const POLL = 20;

export class ShadowQueue {
  readonly #isBusy: () => boolean;
  readonly #waiting: (() => Promise<void>)[] = [];
  #isRunning = false;
  #isClosed = false;

  constructor(isBusy: () => boolean) {
    this.#isBusy = isBusy;
  }

  add(work: () => Promise<void>): void {
    if (this.#isClosed || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(work);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let work = this.#waiting.shift(); work !== undefined && !this.#isClosed; work = this.#waiting.shift()) {
      const start = Date.now();
      while (this.#isBusy() && Date.now() - start < LONGEST_REST) await sleep(POLL);
      await work();
    }
    this.#isRunning = false;
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
  }
}
