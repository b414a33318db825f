/** So much of something for all who work side by side: who wants more than is left waits, in turn. */
export class Allowance {
  #left: number;
  readonly #total: number;
  readonly #waiting: { amount: number; begin: () => void }[] = [];

  constructor(total: number) {
    this.#total = total;
    this.#left = total;
  }

  /** Does some work with `amount` taken away meanwhile; more than there is in all is taken as all of it. */
  async use<Result>(amount: number, work: () => Promise<Result>): Promise<Result> {
    const taken = Math.min(amount, this.#total);
    await new Promise<void>((begin) => {
      this.#waiting.push({ amount: taken, begin });
      this.#serve();
    });
    try {
      return await work();
    } finally {
      this.#left += taken;
      this.#serve();
    }
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#waiting[0].amount <= this.#left) {
      const { amount, begin } = this.#waiting.shift()!;
      this.#left -= amount;
      begin();
    }
  }
}
