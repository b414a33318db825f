import { philox4x32, philoxKey } from '../../base/random.ts';

const EXACT_UP_TO = 13;
const FLIPS = 10_000;

/**
 * Two-sided p-value that paired differences have no direction: how often are sums as far from 0 as this one, when each
 * difference may as well have had the other sign? Counts every choice of signs for up to 13 differences that are not
 * 0, else 10,000 random ones (and the one that was seen, so that p is never 0). Values that are not finite tell nothing: 1.
 */
export function signFlipTest(differences: ArrayLike<number>, seed = 0): number {
  const nonzero = Float64Array.from(differences).filter((value) => value !== 0);
  if (nonzero.length === 0 || !nonzero.every(Number.isFinite)) return 1;
  // Sums of the same numbers in another order differ in the last bits.
  const rounding = 1e-12 * nonzero.reduce((sum, value) => sum + Math.abs(value), 0);
  const observed = Math.abs(nonzero.reduce((sum, value) => sum + value, 0)) - rounding;
  return nonzero.length <= EXACT_UP_TO
    ? exactShare(nonzero, observed)
    : (1 + sampled(nonzero, observed, seed)) / (1 + FLIPS);
}

function exactShare(values: Float64Array, observed: number): number {
  let extreme = 0;
  const choices = 2 ** values.length;
  for (let signs = 0; signs < choices; signs++) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += (signs >> i) & 1 ? values[i] : -values[i];
    if (Math.abs(sum) >= observed) extreme++;
  }
  return extreme / choices;
}

/** How many of the random choices are as extreme; one Philox block has the signs of 128 differences. */
function sampled(values: Float64Array, observed: number, seed: number): number {
  let extreme = 0;
  for (let flip = 0; flip < FLIPS; flip++) {
    const key = philoxKey([seed, 'sign-flip', flip]);
    let sum = 0;
    for (let start = 0; start < values.length; start += 128) {
      const block = philox4x32([start / 128, 0, 0, 0], key);
      const end = Math.min(values.length, start + 128);
      for (let i = start; i < end; i++) sum += (block[(i - start) >> 5] >>> (i & 31)) & 1 ? values[i] : -values[i];
    }
    if (Math.abs(sum) >= observed) extreme++;
  }
  return extreme;
}
