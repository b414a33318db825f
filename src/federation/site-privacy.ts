/** Differential privacy of sites: each site's change is clipped, and noise is added to the mean. */
import { randomBytes } from 'node:crypto';
import { prvEpsilon } from '../training/optimizers/prv-accountant.ts';
import type { Plan } from './plan.ts';
import { combine, type Weights } from './weights.ts';

/** Adds Gaussian noise of standard deviation noise · clip / sites, from the system's secure generator. */
export function noisyMean(
  mean: Weights,
  { clip, noise_multiplier: noise, sites }: { clip: number; noise_multiplier: number; sites: number },
): Weights {
  const deviation = (noise * clip) / sites;
  return combine([mean], ([values], place) => values[place] + deviation * secureNormal());
}

/** One normal value by Box and Muller, from 53 secure bits each. */
function secureNormal(): number {
  const bytes = randomBytes(16);
  const unit = (from: number) => (Number(bytes.readBigUInt64LE(from) >> 11n) + 0.5) / 2 ** 53;
  return Math.sqrt(-2 * Math.log(unit(0))) * Math.cos(2 * Math.PI * unit(8));
}

/** Upper bound of ε over all rounds, with all data of a site as the protected unit. */
export function privacySpent({ privacy, sample, rounds }: Pick<Plan, 'privacy' | 'sample' | 'rounds'>): number {
  const { noise_multiplier: noiseMultiplier, delta } = privacy!;
  return prvEpsilon({ sampleRate: sample, noiseMultiplier, steps: rounds }, delta).upper;
}
