/**
 * Tests whether answers that people judged are right as often as their confidences say. In each tenth of confidence,
 * and overall, bets on a gap beyond the bound earn nothing on average as long as the gap is within it; the mean of such
 * bets is therefore an e-value at any time (Waudby-Smith and Ramdas 2024).
 */
import { shareSequence, type SequenceInterval } from '../../scoring/statistics/index.ts';
import type { Judged } from './expected-accuracy.ts';
import type { Place, SignalReading } from './signal-test.ts';

/** Serialised state, to continue a test with the same bound. */
export interface CalibrationTestState {
  bins: Bin[];
  wealth: number[];
  reserve: number;
  lowest: number;
  since?: number;
  samples: string[];
}

/** Judged answers of a tenth of confidence. */
interface Bin {
  answers: number;
  confidence: number;
  right: number;
}

const BINS = 10;
/** Confidences too high, and too low. */
const SIDES = [1, -1] as const;
/** Shares of the wealth that are bet: small ones for small gaps. */
const STAKES = [0.1, 0.4];
/** Half of the wealth is bet from the first answer; the rest is invested gradually, for later changes. */
const FIRST_STAKE = 0.5;
const LATER_STAKE = 1 / 250;
const MOST_WEALTH = 1e12;
const MOST_SAMPLES = 10;

/** Bets in the order of `wealth`: the tenth of confidence (`BINS` for all), the side and the stake. */
const bets = Array.from({ length: BINS + 1 }, (_, bin) =>
  SIDES.flatMap((side) => STAKES.map((stake) => ({ bin, side, stake }))),
).flat();

/** Half of the wealth is bet on all answers together, which detects a common gap sooner. */
const shareOf = ({ bin }: (typeof bets)[number]): number => {
  const perBin = SIDES.length * STAKES.length;
  return bin === BINS ? 0.5 / perBin : 0.5 / (BINS * perBin);
};

const tenthOf = (confidence: number): number => Math.min(BINS - 1, Math.floor(confidence * BINS));

export class CalibrationTest {
  /** Largest gap that counts as calibrated. */
  readonly #bound: number;
  readonly #bins: Bin[] = Array.from({ length: BINS }, () => ({ answers: 0, confidence: 0, right: 0 }));
  readonly #wealth = bets.map((bet) => FIRST_STAKE * shareOf(bet));
  #reserve = 1 - FIRST_STAKE;
  #lowest = 1;
  #since: number | undefined;
  #samples: string[] = [];

  constructor(bound: number) {
    this.#bound = bound;
  }

  get answers(): number {
    return this.#bins.reduce((sum, { answers }) => sum + answers, 0);
  }

  get eValue(): number {
    return this.#wealth.reduce((sum, one) => sum + one, this.#reserve);
  }

  observe({ confidence, isRight }: Judged, { id, at }: Place): void {
    const bin = this.#bins[tenthOf(confidence)];
    bin.answers++;
    bin.confidence += confidence;
    bin.right += Number(isRight);
    if (this.eValue <= MOST_WEALTH) this.#bet({ confidence, isRight });
    if (this.eValue <= this.#lowest) [this.#lowest, this.#since, this.#samples] = [this.eValue, undefined, []];
    this.#since ??= at;
    if (!isRight) this.#samples = [...this.#samples, id].slice(-MOST_SAMPLES);
  }

  #bet({ confidence, isRight }: Judged): void {
    const moved = this.#reserve * LATER_STAKE;
    this.#reserve -= moved;
    for (const [place, bet] of bets.entries()) {
      this.#wealth[place] += moved * shareOf(bet);
      if (bet.bin !== BINS && bet.bin !== tenthOf(confidence)) continue;
      const gain = bet.side * (confidence - Number(isRight)) - this.#bound;
      // The most that can be lost; a stake below 1 never loses everything.
      const least = this.#bound + (bet.side === 1 ? 1 - confidence : confidence);
      this.#wealth[place] *= 1 + (bet.stake / least) * gain;
    }
  }

  /** The mean confidence as the reference, accuracy as the current value, the calibration error as the effect. */
  get reading(): SignalReading {
    const total = (of: keyof Bin): number => this.#bins.reduce((sum, bin) => sum + bin[of], 0);
    const [answers, right] = [total('answers'), total('right')];
    const says = total('confidence') / answers;
    return {
      reference: { estimate: says, low: says, high: says, values: answers },
      current: { ...shareSequence(right, answers), values: answers },
      effect: calibrationError(this.#bins),
      eValue: this.eValue,
      since: this.#since,
      samples: this.#samples,
    };
  }

  get state(): CalibrationTestState {
    return {
      bins: this.#bins,
      wealth: this.#wealth,
      reserve: this.#reserve,
      lowest: this.#lowest,
      since: this.#since,
      samples: this.#samples,
    };
  }

  static resume(bound: number, state: CalibrationTestState): CalibrationTest {
    const test = new CalibrationTest(bound);
    for (const [place, bin] of state.bins.entries()) Object.assign(test.#bins[place], bin);
    for (const [place, one] of state.wealth.entries()) test.#wealth[place] = one;
    [test.#reserve, test.#lowest, test.#since] = [state.reserve, state.lowest, state.since];
    test.#samples = state.samples;
    return test;
  }
}

/** Expected calibration error over tenths of confidence; the interval holds for all tenths at all times. */
function calibrationError(bins: readonly Bin[]): SequenceInterval {
  const answers = bins.reduce((sum, bin) => sum + bin.answers, 0);
  const error = { estimate: 0, low: 0, high: 0 };
  for (const bin of bins) {
    if (bin.answers === 0) continue;
    const says = bin.confidence / bin.answers;
    const { estimate, low, high } = shareSequence(bin.right, bin.answers, 1 - 0.05 / BINS);
    const share = bin.answers / answers;
    error.estimate += share * Math.abs(says - estimate);
    error.low += share * Math.max(0, says - high, low - says);
    error.high += share * Math.max(says - low, high - says);
  }
  return error;
}
