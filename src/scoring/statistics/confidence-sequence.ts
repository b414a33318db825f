/** Confidence sequences: intervals that hold at all times simultaneously, however often they are inspected. */

export interface SequenceInterval {
  estimate: number;
  low: number;
  high: number;
}

/**
 * For a share: the values that a beta-binomial mixture (uniform prior) does not reject (Robbins 1970). `part` of
 * `rows`; [0, 1] before the first row.
 */
export function shareSequence(part: number, rows: number, confidence = 0.95): SequenceInterval {
  if (rows === 0) return { estimate: Number.NaN, low: 0, high: 1 };
  const estimate = part / rows;
  const mixture = logBeta(part + 1, rows - part + 1);
  const most = -Math.log(1 - confidence);
  const isRefuted = (share: number): boolean => mixture - logLikelihood(part, rows - part, share) >= most;
  return {
    estimate,
    low: part === 0 ? 0 : edge(0, estimate, isRefuted),
    high: part === rows ? 1 : edge(1, estimate, isRefuted),
  };
}

/** Bisects the edge of the rejected shares, between one that may be rejected and one that is not. */
function edge(outside: number, inside: number, isRefuted: (share: number) => boolean): number {
  let [far, near] = [outside, inside];
  for (let i = 0; i < 60; i++) {
    const middle = (far + near) / 2;
    if (isRefuted(middle)) far = middle;
    else near = middle;
  }
  return far;
}

function logLikelihood(hits: number, misses: number, share: number): number {
  return (hits === 0 ? 0 : hits * Math.log(share)) + (misses === 0 ? 0 : misses * Math.log1p(-share));
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Stirling's series, shifted to an argument where it has ten digits. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift -= Math.log(z);
  const inverse = 1 / z;
  const series = inverse / 12 - inverse ** 3 / 360 + inverse ** 5 / 1260 - inverse ** 7 / 1680;
  return shift + (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series;
}

/**
 * For the mean of values in [0, 1]: the empirical-Bernstein confidence sequence with predictable plug-in bets
 * (Waudby-Smith and Ramdas 2024, theorem 2); narrow if the values vary little.
 */
export class MeanSequence {
  readonly #confidence: number;
  #count = 0;
  #sum = 0;
  #squares = 0;
  #bets = 0;
  #weighted = 0;
  #cost = 0;

  constructor(confidence = 0.95) {
    this.#confidence = confidence;
  }

  /** @throws RangeError for a value outside [0, 1] */
  observe(value: number): void {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`${value} is not within [0, 1]`);
    const mean = (0.5 + this.#sum) / (this.#count + 1);
    const variance = (0.25 + this.#squares) / (this.#count + 1);
    const time = this.#count + 1;
    const bet = Math.min(
      Math.sqrt((2 * Math.log(2 / (1 - this.#confidence))) / (variance * time * Math.log(1 + time))),
      0.5,
    );
    const distance = (value - mean) ** 2;
    this.#bets += bet;
    this.#weighted += bet * value;
    this.#cost += distance * (-Math.log1p(-bet) - bet);
    this.#count++;
    this.#sum += value;
    this.#squares += (value - (0.5 + this.#sum) / (this.#count + 1)) ** 2;
  }

  get interval(): SequenceInterval {
    if (this.#count === 0) return { estimate: Number.NaN, low: 0, high: 1 };
    const centre = this.#weighted / this.#bets;
    const half = (Math.log(2 / (1 - this.#confidence)) + this.#cost) / this.#bets;
    return {
      estimate: this.#sum / this.#count,
      low: Math.max(0, centre - half),
      high: Math.min(1, centre + half),
    };
  }
}
