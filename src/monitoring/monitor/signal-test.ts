/** Test of one signal of one version: its reference, its current values, and the evidence for a change. */
import {
  RankMartingale,
  shareSequence,
  wilsonInterval,
  type Direction,
  type MartingaleState,
  type SequenceInterval,
} from '../../scoring/statistics/index.ts';
import { binOf, binsOf, rankedBinOf, valueOfBin, type Signal } from '../signals/index.ts';
import { changePoint, MOST_RECENT } from './change-point.ts';

export type Measured = Pick<Signal, 'kind' | 'scale' | 'directions' | 'floor'>;

/** Where and when a value was observed. */
export interface Place {
  id: string;
  at: number;
}

export interface SignalReading {
  /** For amounts: the share of values above the reference's 90th percentile. */
  reference: SequenceInterval & { values: number };
  current: SequenceInterval & { values: number };
  /** The share, or the median, since the change began. */
  recent?: { value: number; values: number };
  /** For amounts: the medians. */
  medians?: { reference: number; current: number };
  /**
   * For amounts: the share of values beyond the reference's 10th or 90th percentile, on the side that has grown more.
   */
  tail?: { side: 'above' | 'below'; value: number; reference: number; recent: number };
  /** Increase of the current share over the reference, with an always-valid confidence interval. */
  effect: SequenceInterval;
  eValue: number;
  /** When the change most likely began. */
  since: number | undefined;
  /** Ids of answers that show the change. */
  samples: readonly string[];
}

/** Serialised state, to continue a test of the same signal. */
export interface SignalTestState {
  reference: number[];
  current: number[];
  martingale: MartingaleState;
  lowest: number;
  bins: number[];
  times: number[];
  samples: string[];
}

const MOST_SAMPLES = 10;
/** Level of each of two intervals, so that both together hold in 95 % of cases. */
const EACH = 0.975;
const UPPER_TAIL = 0.9;

export class SignalTest {
  readonly #signal: Measured;
  readonly #reference: Float64Array;
  readonly #current: Float64Array;
  /** Bins and times of the values since the evidence was at its minimum. */
  #bins: number[] = [];
  #times: number[] = [];
  readonly #martingale: RankMartingale;
  #lowest = 1;
  #samples: string[] = [];

  constructor(signal: Measured, reference: ArrayLike<number>, directions: readonly Direction[] = signal.directions) {
    this.#signal = signal;
    this.#reference = Float64Array.from(reference);
    this.#current = new Float64Array(this.#reference.length);
    this.#martingale = new RankMartingale({ reference, directions });
  }

  get state(): SignalTestState {
    return {
      reference: [...this.#reference],
      current: [...this.#current],
      martingale: this.#martingale.state,
      lowest: this.#lowest,
      bins: this.#bins,
      times: this.#times,
      samples: this.#samples,
    };
  }

  static resume(signal: Measured, state: SignalTestState): SignalTest {
    const test = new SignalTest(signal, state.reference);
    test.#current.set(state.current);
    test.#martingale.resume(state.martingale);
    test.#lowest = state.lowest;
    [test.#bins, test.#times, test.#samples] = [[...state.bins], [...state.times], [...state.samples]];
    return test;
  }

  static counts(signal: Measured, values: readonly number[]): number[] {
    const counts = Array.from({ length: binsOf(signal) }, () => 0);
    for (const value of values) counts[binOf(signal, value)]++;
    return counts;
  }

  get eValue(): number {
    return this.#martingale.wealth;
  }

  observe(value: number, { id, at }: Place): void {
    const bin = binOf(this.#signal, value);
    this.#current[bin]++;
    this.#martingale.observe(bin, rankedBinOf(this.#signal, value));
    const wealth = this.#martingale.wealth;
    if (wealth <= this.#lowest) {
      this.#lowest = wealth;
      this.#bins = [];
      this.#times = [];
    }
    this.#bins.push(bin);
    this.#times.push(at);
    if (this.#bins.length >= 2 * MOST_RECENT) {
      this.#bins = this.#bins.slice(-MOST_RECENT);
      this.#times = this.#times.slice(-MOST_RECENT);
    }
    if (this.#isTelling(bin)) {
      this.#samples.push(id);
      if (this.#samples.length > MOST_SAMPLES) this.#samples.shift();
    }
  }

  get reading(): SignalReading {
    const cut = this.#cut;
    const begun = this.#begun;
    const since = this.#times.at(begun);
    const counted = new Float64Array(this.#reference.length);
    for (const bin of this.#bins.slice(begun)) counted[bin]++;
    const [reference, current, recent] = [this.#reference, this.#current, counted].map((one) => above(one, cut));
    const isShare = this.#signal.kind === 'share';
    const own = { estimate: reference.part / reference.rows, ...wilsonInterval(reference.part, reference.rows, EACH) };
    const now = shareSequence(current.part, current.rows, EACH);
    return {
      reference: { ...own, values: reference.rows },
      current: { ...now, values: current.rows },
      ...(recent.rows > 0 && {
        recent: { value: isShare ? recent.part / recent.rows : this.#median(counted), values: recent.rows },
      }),
      ...(!isShare && { medians: { reference: this.#median(this.#reference), current: this.#median(this.#current) } }),
      ...(!isShare && recent.rows > 0 && { tail: this.#tail(counted) }),
      effect: { estimate: now.estimate - own.estimate, low: now.low - own.high, high: now.high - own.low },
      eValue: this.eValue,
      since,
      samples: [...this.#samples],
    };
  }

  /** Index of the first value after the change. */
  get #begun(): number {
    if (this.#signal.kind === 'share') return changePoint(this.#bins, [...this.#reference]);
    const [low, high] = this.#ends;
    const part = (bin: number): number => (bin < low ? 0 : bin < high ? 1 : 2);
    const before = [0, 0, 0];
    for (const [bin, count] of this.#reference.entries()) before[part(bin)] += count;
    return changePoint(this.#bins.map(part), before);
  }

  /** For amounts: bounds of the lowest and highest tenth of the reference. */
  get #ends(): [low: number, high: number] {
    return [this.#binOfPart(1 - UPPER_TAIL), this.#cut];
  }

  /** First bin that counts as high. */
  get #cut(): number {
    return this.#signal.kind === 'share' ? 1 : this.#binOfPart(UPPER_TAIL) + 1;
  }

  /** The bin that contains this quantile of the reference. */
  #binOfPart(part: number): number {
    const { rows } = above(this.#reference, 0);
    let bin = 0;
    for (let below = 0; bin < this.#reference.length - 1; bin++) {
      below += this.#reference[bin];
      if (below >= part * rows) break;
    }
    return bin;
  }

  #tail(recent: Float64Array): NonNullable<SignalReading['tail']> {
    const [low, high] = this.#ends;
    const [over, under] = [high, low].map((cut) =>
      [this.#reference, recent].map((counts) => above(counts, cut)).map(({ part, rows }) => part / rows),
    );
    const tails = [
      { side: 'above' as const, value: this.#edge(high), reference: over[0], recent: over[1] },
      { side: 'below' as const, value: this.#edge(low), reference: 1 - under[0], recent: 1 - under[1] },
    ];
    return tails.toSorted((a, b) => b.recent - b.reference - (a.recent - a.reference))[0];
  }

  /** Lower edge of a bin. */
  #edge(bin: number): number {
    return valueOfBin(this.#signal, bin - 0.5);
  }

  #isTelling(bin: number): boolean {
    const isHigh = bin >= this.#cut;
    return this.#signal.directions.includes('up') ? isHigh : !isHigh;
  }

  #median(counts: Float64Array): number {
    const { rows } = above(counts, 0);
    let below = 0;
    for (const [bin, count] of counts.entries()) {
      below += count;
      if (below * 2 >= rows && rows > 0) return valueOfBin(this.#signal, bin);
    }
    return Number.NaN;
  }
}

function above(counts: Float64Array, cut: number): { part: number; rows: number } {
  let [part, rows] = [0, 0];
  for (const [bin, count] of counts.entries()) {
    rows += count;
    if (bin >= cut) part += count;
  }
  return { part, rows };
}
