/** Zero crossings of the sinc on each side, passband as a share of the lower Nyquist frequency, and the Kaiser window's β. */
const CROSSINGS = 48;
const ROLLOFF = 0.945;
const BETA = 9.5;

/**
 * Band-limited resampling: a sinc under a Kaiser window, at the exact places of the new samples (Smith and Gossett, "A
 * flexible sampling-rate conversion method", 1984). Frequencies above the lower of the two Nyquist frequencies are
 * removed. The result has ⌈samples · to / from⌉ samples; beyond its ends the signal is zero.
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const divisor = greatestCommonDivisor(from, to);
  const [step, phases] = [from / divisor, to / divisor];
  const { reach, weights } = filterOf(step, phases);
  const output = new Float32Array(Math.ceil((samples.length * phases) / step));
  const width = widthOf(reach);
  const padded = new Float64Array(samples.length + 2 * width);
  padded.set(samples, width);
  for (let i = 0; i < output.length; i++) {
    const place = i * step;
    const phase = place % phases;
    const first = (place - phase) / phases - reach + width;
    const base = phase * width;
    // Four independent sums, so that additions need not wait for each other.
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let tap = 0; tap < width; tap += 4) {
      a += weights[base + tap] * padded[first + tap];
      b += weights[base + tap + 1] * padded[first + tap + 1];
      c += weights[base + tap + 2] * padded[first + tap + 2];
      d += weights[base + tap + 3] * padded[first + tap + 3];
    }
    output[i] = a + b + (c + d);
  }
  return output;
}

interface Filter {
  /** Number of old samples on each side that affect a new one. */
  reach: number;
  /** 2 · reach + 1 weights per phase, padded with zeros to a multiple of four. */
  weights: Float64Array;
}

const filters = new Map<string, Filter>();

/** A new sample lies `phase / phases` after an old one; each phase has its own weights. */
function filterOf(step: number, phases: number): Filter {
  const key = `${step}/${phases}`;
  const known = filters.get(key);
  if (known !== undefined) return known;
  const cutoff = ROLLOFF * Math.min(1, phases / step); // of the old Nyquist frequency
  const half = CROSSINGS / cutoff; // in old samples
  const reach = Math.ceil(half) + 1;
  const width = widthOf(reach);
  const weights = new Float64Array(phases * width);
  for (let phase = 0; phase < phases; phase++) {
    let total = 0;
    for (let tap = 0; tap < width; tap++) {
      const distance = tap - reach - phase / phases;
      const weight = cutoff * sinc(cutoff * distance) * kaiser(distance / half);
      weights[phase * width + tap] = weight;
      total += weight;
    }
    // Normalises each phase, so that constants are preserved.
    for (let tap = 0; tap < width; tap++) weights[phase * width + tap] /= total;
  }
  const filter = { reach, weights };
  filters.set(key, filter);
  return filter;
}

/** A multiple of four, for the parallel sums. */
function widthOf(reach: number): number {
  return 4 * Math.ceil((2 * reach + 1) / 4);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser window: 1 in the middle, 0 outside [-1, 1]. */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : besselI0(BETA * Math.sqrt(1 - x * x)) / besselI0(BETA);
}

/** The modified Bessel function of the first kind and order 0, by its power series. */
function besselI0(x: number): number {
  let [term, sum] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
