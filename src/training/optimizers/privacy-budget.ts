import { prvEpsilon } from './prv-accountant.ts';
import { rdpEpsilon, type NoisySteps } from './rdp-accountant.ts';

/** Privacy accountants. */
export const accountants = {
  prv: (steps: NoisySteps, delta: number): number => prvEpsilon(steps, delta).upper,
  rdp: (steps: NoisySteps, delta: number): number => rdpEpsilon([steps], delta).epsilon,
} as const;

export type AccountantName = keyof typeof accountants;

/** How far below the target the found ε may lie. */
const TOLERANCE = 0.01;
/** Noise that drowns any signal. */
const MOST_NOISE = 1e4;

interface Budget extends Omit<NoisySteps, 'noiseMultiplier'> {
  delta: number;
  accountant: AccountantName;
}

/**
 * The least noise with which steps cost at most a target ε, to a hundredth: doubled until it is enough, then halved in
 * between, as Opacus does. Undefined where no noise is enough.
 */
export function noiseFor(target: number, { sampleRate, steps, delta, accountant }: Budget): number | undefined {
  const costOf = (noiseMultiplier: number) => accountants[accountant]({ sampleRate, noiseMultiplier, steps }, delta);
  // Rényi's bound is quick and never below the other one.
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
