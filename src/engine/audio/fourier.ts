/** Squared magnitudes of the first n/2 + 1 coefficients of a real signal's discrete Fourier transform. */
export class PowerSpectrum {
  readonly #size: number;
  readonly #factors: readonly number[];
  /** cos and sin of -2π k / n. */
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;
  #real: Float64Array;
  #imaginary: Float64Array;
  #otherReal: Float64Array;
  #otherImaginary: Float64Array;

  /** Sizes with factors of four and five are fast: 400 is 4 · 4 · 5 · 5. */
  constructor(size: number) {
    this.#size = size;
    this.#factors = factorsOf(size);
    this.#cosines = Float64Array.from({ length: size }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sines = Float64Array.from({ length: size }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
    [this.#real, this.#imaginary, this.#otherReal, this.#otherImaginary] = Array.from(
      { length: 4 },
      () => new Float64Array(size),
    );
  }

  /** Transforms two real signals at once, as real and imaginary part. Writes n/2 + 1 numbers into each output. */
  ofPair(first: Float64Array, second: Float64Array, outputs: readonly [Float64Array, Float64Array]): void {
    this.#real.set(first);
    this.#imaginary.set(second);
    this.#transform();
    const n = this.#size;
    const [re, im] = [this.#real, this.#imaginary];
    for (let k = 0; k <= n / 2; k++) {
      const mirror = k === 0 ? 0 : n - k;
      const [a, b] = [re[k] + re[mirror], im[k] - im[mirror]];
      const [c, d] = [im[k] + im[mirror], re[mirror] - re[k]];
      outputs[0][k] = (a * a + b * b) / 4;
      outputs[1][k] = (c * c + d * d) / 4;
    }
  }

  /** Stockham's variant of the Cooley-Tukey FFT: each pass reads one pair of arrays and writes the other, in order. */
  #transform(): void {
    let done = 1;
    for (const factor of this.#factors) {
      this.#pass(factor, done);
      [this.#real, this.#otherReal] = [this.#otherReal, this.#real];
      [this.#imaginary, this.#otherImaginary] = [this.#otherImaginary, this.#imaginary];
      done *= factor;
    }
  }

  /** `done`: product of the previous factors. */
  #pass(factor: number, done: number): void {
    const groups = this.#size / factor / done;
    if (factor === 4) this.#passOf4(done, groups);
    else if (factor === 5) this.#passOf5(done, groups);
    else this.#passOf(factor, done, groups);
  }

  #passOf4(done: number, groups: number): void {
    const [re, im, toRe, toIm] = [this.#real, this.#imaginary, this.#otherReal, this.#otherImaginary];
    const [cosines, sines, rest] = [this.#cosines, this.#sines, this.#size / 4];
    for (let inner = 0; inner < done; inner++) {
      const turn = inner * groups;
      const [c1, s1, c2, s2] = [cosines[turn], sines[turn], cosines[2 * turn], sines[2 * turn]];
      const [c3, s3] = [cosines[3 * turn], sines[3 * turn]];
      for (let group = 0; group < groups; group++) {
        const a = group * done + inner;
        const [b, c, d] = [a + rest, a + 2 * rest, a + 3 * rest];
        const bRe = re[b] * c1 - im[b] * s1;
        const bIm = re[b] * s1 + im[b] * c1;
        const cRe = re[c] * c2 - im[c] * s2;
        const cIm = re[c] * s2 + im[c] * c2;
        const dRe = re[d] * c3 - im[d] * s3;
        const dIm = re[d] * s3 + im[d] * c3;
        const evenRe = re[a] + cRe;
        const evenIm = im[a] + cIm;
        const apartRe = re[a] - cRe;
        const apartIm = im[a] - cIm;
        const oddRe = bRe + dRe;
        const oddIm = bIm + dIm;
        const turnedRe = bIm - dIm;
        const turnedIm = dRe - bRe;
        const to = group * done * 4 + inner;
        toRe[to] = evenRe + oddRe;
        toIm[to] = evenIm + oddIm;
        toRe[to + done] = apartRe + turnedRe;
        toIm[to + done] = apartIm + turnedIm;
        toRe[to + 2 * done] = evenRe - oddRe;
        toIm[to + 2 * done] = evenIm - oddIm;
        toRe[to + 3 * done] = apartRe - turnedRe;
        toIm[to + 3 * done] = apartIm - turnedIm;
      }
    }
  }

  // oxlint-disable-next-line max-lines-per-function -- one butterfly, written out for speed
  #passOf5(done: number, groups: number): void {
    const [re, im, toRe, toIm] = [this.#real, this.#imaginary, this.#otherReal, this.#otherImaginary];
    const [cosines, sines, rest] = [this.#cosines, this.#sines, this.#size / 5];
    for (let inner = 0; inner < done; inner++) {
      const turn = inner * groups;
      const [c1, s1, c2, s2] = [cosines[turn], sines[turn], cosines[2 * turn], sines[2 * turn]];
      const [c3, s3, c4, s4] = [cosines[3 * turn], sines[3 * turn], cosines[4 * turn], sines[4 * turn]];
      for (let group = 0; group < groups; group++) {
        const a = group * done + inner;
        const [b, c, d, e] = [a + rest, a + 2 * rest, a + 3 * rest, a + 4 * rest];
        const bRe = re[b] * c1 - im[b] * s1;
        const bIm = re[b] * s1 + im[b] * c1;
        const cRe = re[c] * c2 - im[c] * s2;
        const cIm = re[c] * s2 + im[c] * c2;
        const dRe = re[d] * c3 - im[d] * s3;
        const dIm = re[d] * s3 + im[d] * c3;
        const eRe = re[e] * c4 - im[e] * s4;
        const eIm = re[e] * s4 + im[e] * c4;
        const outerRe = bRe + eRe;
        const outerIm = bIm + eIm;
        const innerRe = cRe + dRe;
        const innerIm = cIm + dIm;
        const outerGapRe = bRe - eRe;
        const outerGapIm = bIm - eIm;
        const innerGapRe = cRe - dRe;
        const innerGapIm = cIm - dIm;
        const nearRe = re[a] + COS_1 * outerRe + COS_2 * innerRe;
        const nearIm = im[a] + COS_1 * outerIm + COS_2 * innerIm;
        const farRe = re[a] + COS_2 * outerRe + COS_1 * innerRe;
        const farIm = im[a] + COS_2 * outerIm + COS_1 * innerIm;
        const nearTurnRe = SIN_1 * outerGapIm + SIN_2 * innerGapIm;
        const nearTurnIm = -SIN_1 * outerGapRe - SIN_2 * innerGapRe;
        const farTurnRe = SIN_2 * outerGapIm - SIN_1 * innerGapIm;
        const farTurnIm = -SIN_2 * outerGapRe + SIN_1 * innerGapRe;
        const to = group * done * 5 + inner;
        toRe[to] = re[a] + outerRe + innerRe;
        toIm[to] = im[a] + outerIm + innerIm;
        toRe[to + done] = nearRe + nearTurnRe;
        toIm[to + done] = nearIm + nearTurnIm;
        toRe[to + 2 * done] = farRe + farTurnRe;
        toIm[to + 2 * done] = farIm + farTurnIm;
        toRe[to + 3 * done] = farRe - farTurnRe;
        toIm[to + 3 * done] = farIm - farTurnIm;
        toRe[to + 4 * done] = nearRe - nearTurnRe;
        toIm[to + 4 * done] = nearIm - nearTurnIm;
      }
    }
  }

  #passOf(factor: number, done: number, groups: number): void {
    const [re, im, toRe, toIm] = [this.#real, this.#imaginary, this.#otherReal, this.#otherImaginary];
    const rest = this.#size / factor;
    for (let place = 0; place < rest; place++) {
      const [group, inner] = [Math.floor(place / done), place % done];
      for (let out = 0; out < factor; out++) {
        let [sumRe, sumIm] = [0, 0];
        for (let j = 0; j < factor; j++) {
          // exp(-2πi j (inner + done · out) / (done · factor))
          const turn = (j * (inner + done * out) * groups) % this.#size;
          const [c, s, from] = [this.#cosines[turn], this.#sines[turn], place + j * rest];
          sumRe += re[from] * c - im[from] * s;
          sumIm += re[from] * s + im[from] * c;
        }
        const to = group * done * factor + inner + out * done;
        toRe[to] = sumRe;
        toIm[to] = sumIm;
      }
    }
  }
}

const [COS_1, COS_2] = [Math.cos((2 * Math.PI) / 5), Math.cos((4 * Math.PI) / 5)];
const [SIN_1, SIN_2] = [Math.sin((2 * Math.PI) / 5), Math.sin((4 * Math.PI) / 5)];

/** Fours first, since their butterfly is cheapest, then primes. */
function factorsOf(size: number): number[] {
  const factors: number[] = [];
  let rest = size;
  for (; rest % 4 === 0; rest /= 4) factors.push(4);
  for (let factor = 2; rest > 1; factor++) for (; rest % factor === 0; rest /= factor) factors.push(factor);
  return factors;
}
