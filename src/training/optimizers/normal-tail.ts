const SERIES_UP_TO = 2;

/** log of erfc with a relative error of about 1e-13, even where erfc underflows. */
export function logErfc(x: number): number {
  if (x < SERIES_UP_TO) return Math.log(1 - erfBySeries(x));
  return Math.log(scaledTail(x)) - x * x;
}

/** P(Z ≤ z) of a standard normal Z. */
export function normalCdf(z: number): number {
  const x = z / Math.SQRT2;
  if (x <= -SERIES_UP_TO) return 0.5 * scaledTail(-x) * Math.exp(-x * x);
  return 0.5 * (1 + (x < SERIES_UP_TO ? erfBySeries(x) : 1 - scaledTail(x) * Math.exp(-x * x)));
}

/** 2x/√π · e^(-x²) · Σ (2x²)ⁿ / (1 · 3 · … · (2n+1)), whose terms have one sign. */
function erfBySeries(x: number): number {
  if (x < -6) return -1;
  let [term, sum] = [1, 1];
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return ((2 * x) / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) · e^(x²) for positive x, by a continued fraction. */
function scaledTail(x: number): number {
  let value = 0;
  for (let n = Math.ceil(20 + 200 / x); n > 0; n--) value = n / 2 / (x + value);
  return 1 / (Math.sqrt(Math.PI) * (x + value));
}
