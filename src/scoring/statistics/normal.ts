const SERIES_LIMIT = 3;

/** P(Z <= z) of the standard normal distribution, with relative accuracy in the lower tail too. */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  if (x < SERIES_LIMIT) return 0.5 + (Math.sign(z) * erfSeries(x)) / 2;
  const tail = erfcFraction(x) / 2;
  return z < 0 ? tail : 1 - tail;
}

/** The z with normalCdf(z) = probability, by bisection; -Infinity at 0 and Infinity at 1. */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`${probability} is not a probability`);
  if (probability === 0) return -Infinity;
  if (probability === 1) return Infinity;
  // The upper half mirrors the lower one, where the distribution function keeps its precision.
  if (probability > 0.5) return -normalQuantile(1 - probability);
  let [low, high] = [-40, 0];
  for (let middle = -20; middle !== low && middle !== high; middle = (low + high) / 2) {
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Quantile of Student's t by its expansion in 1/freedom (Abramowitz and Stegun 26.7.5): four digits from 5 degrees of
 * freedom, two from 2.
 */
export function studentQuantile(probability: number, freedom: number): number {
  const z = normalQuantile(probability);
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((sum, term, i) => sum + term / freedom ** (i + 1), z);
}

/** erf by its Maclaurin series with positive terms: 2/sqrt(pi) e^(-x²) sum of 2^n x^(2n+1) / (2n+1)!!. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc by its continued fraction, evaluated from the end; for x >= 3 sixty terms are more than enough. */
function erfcFraction(x: number): number {
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
