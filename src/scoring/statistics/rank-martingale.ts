/**
 * Whether values still come from where the reference came from, looked at after every value: a conformal test martingale
 * (Vovk, Nouretdinov and Gammerman 2003). Each value's rank among the reference and the values before it is uniform as long
 * as nothing changed, whatever the distribution is and however small the reference; bets on uneven ranks then earn nothing
 * on average, so that wealth W is reached with probability 1/W at most (Ville). Two liberties give up a proof of that for
 * quicker findings: ties are averaged over, not drawn, and bets on a share look at how large it was so far. Simulated
 * streams (`npm run simulate`) reach W no more often than 1/W, with 50 reference values and with 500.
 */

export type Direction = 'up' | 'down';

export interface RankMartingaleOptions {
  /** Reference values by bin. Bins must not be chosen by looking at the values. */
  reference: ArrayLike<number>;
  /** Alternatives to bet on: ranks higher than before, or lower. Both unless given. */
  directions?: readonly Direction[];
}

/** A bet: a tail of the ranks with share `tail` (of two bins: the last bin) is taken to come `odds` times as often. */
interface Bet {
  direction: Direction;
  tail: number | undefined;
  odds: number;
  wealth: number;
}

/** State from which a martingale of the same reference continues. */
export interface MartingaleState {
  counts: number[];
  /** Wealth of each bet. */
  bets: number[];
  reserve: number;
}

/** Half of the wealth is bet from the first value on; the rest comes in by and by, for changes that come later. */
const FIRST_STAKE = 0.5;
const LATER_STAKE = 1 / 250;
const SHARE_ODDS = [2, 5];
const TAILS = [0.05, 0.2, 0.5];
const TAIL_ODDS = [2, 4];
/** Cap on the wealth, against overflow: the evidence is conclusive by then. */
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

  /** An e-value at any time, and the inverse of an anytime-valid p-value at its highest. */
  get wealth(): number {
    return this.#bets.reduce((sum, { wealth }) => sum + wealth, this.#reserve);
  }

  get state(): MartingaleState {
    return { counts: [...this.#counts], bets: this.#bets.map(({ wealth }) => wealth), reserve: this.#reserve };
  }

  /** Takes up a state of a martingale that was made in the same way. */
  resume({ counts, bets, reserve }: MartingaleState): void {
    this.#counts.set(counts);
    this.#total = counts.reduce((sum, count) => sum + count, 0);
    for (const [place, bet] of this.#bets.entries()) bet.wealth = bets[place];
    this.#reserve = reserve;
  }

  /**
   * Counts a value in its bin. `rankedAs`: a lower bin that its rank is taken from, for changes that do not matter before they
   * are large: ranks only fall by it, so bets on higher ones still earn nothing on average.
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

/** Mean over the ranks [from, to] of a density that has `odds` times the usual odds below `tail`. */
function payout({ from, to, tail, odds }: { from: number; to: number; tail: number; odds: number }): number {
  const mass = (odds * tail) / (1 - tail + odds * tail);
  const inside = Math.max(0, Math.min(to, tail) - from) / (to - from);
  return (inside * mass) / tail + ((1 - inside) * (1 - mass)) / (1 - tail);
}
