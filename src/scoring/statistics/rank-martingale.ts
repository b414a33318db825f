/**
 * Tests after every value whether values still come from the reference distribution: a conformal test martingale (Vovk,
 * Nouretdinov and Gammerman 2003). Without a change, each value's rank among the reference and the earlier values is
 * uniform, whatever the distribution and however small the reference. Bets on uneven ranks then earn nothing on
 * average, so wealth W is reached with probability at most 1/W (Ville). Two deviations trade the proof for faster
 * detection: ties are averaged rather than randomised, and the bet sizes depend on their success so far. In simulations
 * (`npm run simulate`) streams reach W no more often than 1/W, with 50 reference values and with 500.
 */

export type Direction = 'up' | 'down';

export interface RankMartingaleOptions {
  /** Reference values by bin. Bins must be chosen without looking at the values. */
  reference: ArrayLike<number>;
  /** Alternatives to bet on: higher or lower ranks than before. Default: both. */
  directions?: readonly Direction[];
}

/**
 * A bet that the tail of the ranks with share `tail` (with two bins: the last bin) occurs with `odds` times the usual
 * odds.
 */
interface Bet {
  direction: Direction;
  tail: number | undefined;
  odds: number;
  wealth: number;
}

/** Serialised state, to continue a martingale with the same reference. */
export interface MartingaleState {
  counts: number[];
  /** Wealth of each bet. */
  bets: number[];
  reserve: number;
}

/** Half of the wealth is bet from the first value; the rest is invested gradually, for later changes. */
const FIRST_STAKE = 0.5;
const LATER_STAKE = 1 / 250;
const SHARE_ODDS = [2, 5];
const TAILS = [0.05, 0.2, 0.5];
const TAIL_ODDS = [2, 4];
/** Cap on the wealth against overflow: by then the evidence is conclusive. */
const MOST_WEALTH = 1e12;

export class RankMartingale {
  /** Reference and values so far, by bin. */
  readonly #counts: Float64Array;
  readonly #bets: Bet[];
  #total: number;
  #reserve = 1 - FIRST_STAKE;

  constructor({ reference, directions = ['up', 'down'] }: RankMartingaleOptions) {
    this.#counts = Float64Array.from(reference);
    this.#total = this.#counts.reduce((sum, count) => sum + count, 0);
    const isShare = this.#counts.length === 2;
    const tails = isShare ? [undefined] : TAILS;
    const odds = isShare ? SHARE_ODDS : TAIL_ODDS;
    const kinds = directions.flatMap((direction) =>
      tails.flatMap((tail) => odds.map((one) => ({ direction, tail, odds: one }))),
    );
    this.#bets = kinds.map((kind) => ({ ...kind, wealth: FIRST_STAKE / kinds.length }));
  }

  /** An e-value at any time; the inverse of its running maximum is an anytime-valid p-value. */
  get wealth(): number {
    return this.#bets.reduce((sum, { wealth }) => sum + wealth, this.#reserve);
  }

  get state(): MartingaleState {
    return { counts: [...this.#counts], bets: this.#bets.map(({ wealth }) => wealth), reserve: this.#reserve };
  }

  /** Restores the state of a martingale with the same configuration. */
  resume({ counts, bets, reserve }: MartingaleState): void {
    this.#counts.set(counts);
    this.#total = counts.reduce((sum, count) => sum + count, 0);
    for (const [place, bet] of this.#bets.entries()) bet.wealth = bets[place];
    this.#reserve = reserve;
  }

  /**
   * Observes a value by its bin. `rankedAs` is a lower bin to rank it in, to ignore small changes: it only lowers
   * ranks, so bets on higher ranks still earn nothing on average.
   */
  observe(bin: number, rankedAs = bin): void {
    const shareBefore = (this.#counts[this.#counts.length - 1] + 0.5) / (this.#total + 1);
    this.#counts[rankedAs]++;
    this.#total++;
    if (this.wealth <= MOST_WEALTH) this.#bet(rankedAs, shareBefore);
    this.#counts[rankedAs]--;
    this.#counts[bin]++;
  }

  #bet(bin: number, shareBefore: number): void {
    const moved = this.#reserve * LATER_STAKE;
    this.#reserve -= moved;
    const above = this.#above(bin) / this.#total;
    const own = this.#counts[bin] / this.#total;
    for (const bet of this.#bets) {
      bet.wealth += moved / this.#bets.length;
      const isUp = bet.direction === 'up';
      const tail = bet.tail ?? (isUp ? shareBefore : 1 - shareBefore);
      const from = isUp ? above : 1 - above - own;
      bet.wealth *= payout({ from, to: from + own, tail, odds: bet.odds });
    }
  }

  #above(bin: number): number {
    let above = 0;
    for (let other = bin + 1; other < this.#counts.length; other++) above += this.#counts[other];
    return above;
  }
}

/** Mean over the ranks [from, to] of a density with `odds` times the usual odds below `tail`. */
function payout({ from, to, tail, odds }: { from: number; to: number; tail: number; odds: number }): number {
  const mass = (odds * tail) / (1 - tail + odds * tail);
  const inside = Math.max(0, Math.min(to, tail) - from) / (to - from);
  return (inside * mass) / tail + ((1 - inside) * (1 - mass)) / (1 - tail);
}
