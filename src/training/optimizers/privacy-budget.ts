import { prvEpsilon } from './prv-accountant.ts';
import { rdpEpsilon, type NoisySteps } from './rdp-accountant.ts';

/** Privacy accountants. */
export const accountants = {
  prv: (steps: NoisySteps, delta: number): number => prvEpsilon(steps, delta).upper,
  rdp: (steps: NoisySteps, delta: number): number => rdpEpsilon([steps], delta).epsilon,
} as const;

export type AccountantName = keyof typeof accountants;

/** Maximum distance of the resulting ε below the target. */
const TOLERANCE = 0.01;
/** Noise beyond which nothing can be learnt. */
const MOST_NOISE = 1e4;

interface Budget extends Omit<NoisySteps, 'noiseMultiplier'> {
  delta: number;
  accountant: AccountantName;
}

/**
 * The smallest noise for which the steps cost at most a target ε, to within 0.01: doubles, then bisects, as in Opacus.
 * Undefined if no noise suffices.
 */
export function noiseFor(target: number, { sampleRate, steps, delta, accountant }: Budget): number | undefined {
  const costOf = (noiseMultiplier: number) => accountants[accountant]({ sampleRate, noiseMultiplier, steps }, delta);
  // Rényi's bound is fast to compute, and an upper bound.
  const known = accountant === 'prv' ? noiseFor(target, { sampleRate, steps, delta, accountant: 'rdp' }) : undefined;
  let [low, high] = known === undefined ? [0, 10] : [known / 2, known];
  let epsilon = costOf(high);
  while (epsilon > target) {
    high *= 2;
    if (high > MOST_NOISE) return undefined;
    epsilon = costOf(high);
  }
  while (target - epsilon > TOLERANCE && high - low > 1e-6 * high) {
    const middle = (low + high) / 2;
    const cost = costOf(middle);
    if (cost < target) [high, epsilon] = [middle, cost];
    else low = middle;
  }
  return high;
}
