/** Polling interval in milliseconds. */
const POLL = 500;

export class PolledWork {
  readonly #look: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> | undefined;
  isClosed = false;
  /** No checks run before this time, in milliseconds since the epoch. */
  waitsUntil = 0;

  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  begin(): void {
    this.#timer = setInterval(() => this.wake(), POLL);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.#timer);
    await this.#work;
  }

  wake(): void {
    if (this.isStopped) return;
    this.#work ??= this.#look().finally(() => {
      this.#work = undefined;
    });
  }

  /** Whether new work may no longer begin. */
  get isStopped(): boolean {
    return this.isClosed || Date.now() < this.waitsUntil;
  }
}
