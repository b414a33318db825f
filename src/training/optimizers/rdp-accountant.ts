import { logErfc } from './normal-tail.ts';

/** Steps of the Gaussian mechanism with Poisson sampling. */
export interface NoisySteps {
  /** Probability that a row is in a step's sample. */
  sampleRate: number;
  /** Standard deviation of the noise, in units of the clipping norm. */
  noiseMultiplier: number;
  steps: number;
}

/** 1.1 to 10.9 in tenths, then 12 to 63, as in Opacus. */
export const usualOrders: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 52 }, (_, i) => 12 + i),
];

/** Rényi differential privacy of one order (Mironov, Talwar and Zhang, 2019), summed over several histories. */
export function renyiDivergence(history: readonly NoisySteps[], order: number): number {
  return history.reduce((sum, one) => sum + one.steps * ofOneStep(one, order), 0);
}

/** ε for a given δ, using the best order (Balle et al., 2020). */
export function rdpEpsilon(
  history: readonly NoisySteps[],
  delta: number,
  orders: readonly number[] = usualOrders,
): { epsilon: number; order: number } {
  const all = orders.map((order) => ({
    order,
    epsilon:
      renyiDivergence(history, order) -
      (Math.log(delta) + Math.log(order)) / (order - 1) +
      Math.log((order - 1) / order),
  }));
  const best = all.reduce((least, one) => (one.epsilon < least.epsilon ? one : least));
  return { ...best, epsilon: Math.max(0, best.epsilon) };
}

function ofOneStep({ sampleRate: q, noiseMultiplier: sigma }: NoisySteps, order: number): number {
  if (q === 0) return 0;
  if (sigma === 0) return Infinity;
  if (q === 1) return order / (2 * sigma ** 2);
  const moment = Number.isInteger(order) ? wholeMoment(q, sigma, order) : fractionalMoment(q, sigma, order);
  return moment / (order - 1);
}

/** log of the moment A_α for integer orders: a finite sum. */
function wholeMoment(q: number, sigma: number, order: number): number {
  let total = -Infinity;
  let logBinomial = 0;
  for (let i = 0; i <= order; i++) {
    const term = logBinomial + i * Math.log(q) + (order - i) * Math.log1p(-q) + (i * i - i) / (2 * sigma ** 2);
    total = logAdd(total, term);
    logBinomial += Math.log(order - i) - Math.log(i + 1);
  }
  return total;
}

/** log of the moment A_α for fractional orders: two series, on either side of the point where the densities are equal. */
function fractionalMoment(q: number, sigma: number, order: number): number {
  const meeting = sigma ** 2 * Math.log(1 / q - 1) + 0.5;
  const root = Math.SQRT2 * sigma;
  let [left, right] = [-Infinity, -Infinity];
  let binomial = 1;
  for (let i = 0; ; i++) {
    const j = order - i;
    const size = Math.log(Math.abs(binomial));
    const half = Math.log(0.5);
    const ofLeft =
      size +
      i * Math.log(q) +
      j * Math.log1p(-q) +
      (i * i - i) / (2 * sigma ** 2) +
      half +
      logErfc((i - meeting) / root);
    const ofRight =
      size +
      j * Math.log(q) +
      i * Math.log1p(-q) +
      (j * j - j) / (2 * sigma ** 2) +
      half +
      logErfc((meeting - j) / root);
    const join = binomial > 0 ? logAdd : logSubtract;
    [left, right] = [join(left, ofLeft), join(right, ofRight)];
    if (Math.max(ofLeft, ofRight) < -30 || binomial === 0) return logAdd(left, right);
    binomial *= j / (i + 1);
  }
}

function logAdd(a: number, b: number): number {
  const [small, large] = a < b ? [a, b] : [b, a];
  return small === -Infinity ? large : large + Math.log1p(Math.exp(small - large));
}

function logSubtract(a: number, b: number): number {
  return b === -Infinity ? a : a + Math.log(-Math.expm1(b - a));
}
