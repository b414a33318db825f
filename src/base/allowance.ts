/** A budget shared by concurrent work: a request for more than is left waits its turn. */
export class Allowance {
  #left: number;
  readonly #total: number;
  readonly #waiting: { amount: number; begin: () => void }[] = [];

  constructor(total: number) {
    this.#total = total;
    this.#left = total;
  }

  /** Runs work while holding `amount` of the budget; an amount above the total takes all of it. */
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
