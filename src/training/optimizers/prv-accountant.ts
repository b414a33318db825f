import { fourierPower } from './fourier-power.ts';
import { normalCdf } from './normal-tail.ts';
import { rdpEpsilon, type NoisySteps } from './rdp-accountant.ts';

/** Bounds that contain ε. */
export interface EpsilonBounds {
  lower: number;
  estimate: number;
  upper: number;
}

/** Distance of the bounds from the estimate; they fail with probability δ / 1000. */
const EPSILON_ERROR = 0.01;
/** Samples per grid cell for its mean. */
const FINER = 4;

/**
 * ε for a given δ, from the distribution of the privacy loss, composed by Fourier transform (Gopi, Lee and Wutschitz,
 * "Numerical composition of differential privacy", 2021): tighter than Rényi's bound, and with error bounds.
 */
export function prvEpsilon(steps: NoisySteps, delta: number): EpsilonBounds {
  const outside = delta / 1000;
  if (steps.steps === 0) return { lower: 0, estimate: 0, upper: 0 };
  const cell = EPSILON_ERROR / Math.sqrt((steps.steps * Math.log(12 / outside)) / 2);
  const size = 2 ** Math.ceil(Math.log2((2 * reach(steps, outside)) / cell));
  const { masses, shift } = discretised(steps, { cell, size });
  const composed = fourierPower(masses, steps.steps);
  const at = (k: number) => (k - size / 2) * cell + steps.steps * shift;
  const epsilonOf = epsilonReader(composed, at);
  return {
    lower: Math.max(0, epsilonOf(delta + outside) - EPSILON_ERROR),
    estimate: epsilonOf(delta),
    upper: epsilonOf(delta - outside) + EPSILON_ERROR,
  };
}

/** Loss beyond which the remaining probability is negligible, for one step and for all. */
function reach(steps: NoisySteps, outside: number): number {
  const ofAll = rdpEpsilon([steps], outside / 4).epsilon;
  const ofOne = rdpEpsilon([{ ...steps, steps: 1 }], outside / (8 * steps.steps)).epsilon;
  return Math.max(ofAll, ofOne, EPSILON_ERROR) + 3;
}

/** Probabilities of cells of a centred grid, and the shift of the grid that preserves the mean. */
function discretised(steps: NoisySteps, { cell, size }: { cell: number; size: number }) {
  const masses = new Float64Array(size);
  const edge = (k: number) => (k - size / 2 - 0.5) * cell;
  const [first, last] = [lossCdf(steps, edge(0)), lossCdf(steps, edge(size))];
  const all = last - first;
  let below = first;
  let area = 0; // of the distribution function, for the mean
  let discrete = 0;
  for (let k = 0; k < size; k++) {
    const next = lossCdf(steps, edge(k + 1));
    masses[k] = (next - below) / all;
    discrete += (k - size / 2) * cell * masses[k];
    area += cell * (isFlat(below, next) ? (below + next) / 2 : meanWithin(steps, edge(k), { cell, below, next }));
    below = next;
  }
  const mean = edge(size) - (area - first * (edge(size) - edge(0))) / all;
  return { masses, shift: mean - discrete };
}

function isFlat(below: number, next: number): boolean {
  return next - below < 1e-14;
}

/** Simpson's rule, applied to two halves. */
function meanWithin(
  steps: NoisySteps,
  from: number,
  { cell, below, next }: { cell: number; below: number; next: number },
): number {
  let sum = below + next;
  for (let i = 1; i < FINER; i++) sum += (i % 2 === 1 ? 4 : 2) * lossCdf(steps, from + (i * cell) / FINER);
  return sum / (3 * FINER);
}

/**
 * Probability that the loss log(P/Q) is at most t under P, where P = (1-q) N(0, σ²) + q N(1, σ²) and Q = N(0, σ²). The
 * loss increases with x, so this is P's distribution function at the x with loss t.
 */
function lossCdf({ sampleRate: q, noiseMultiplier: sigma }: NoisySteps, t: number): number {
  const inner = (Math.expm1(t) + q) / q;
  if (inner <= 0) return 0;
  const x = sigma ** 2 * Math.log(inner) + 0.5;
  return (1 - q) * normalCdf(x / sigma) + q * normalCdf((x - 1) / sigma);
}

/** δ(ε) = Σ over t > ε of p(t) (1 - e^(ε - t)) decreases with ε: finds the first grid point where it is small enough. */
function epsilonReader(masses: Float64Array, at: (k: number) => number): (delta: number) => number {
  const deltas = new Float64Array(masses.length);
  let [mass, weighed] = [0, 0];
  for (let k = masses.length - 1; k >= 0; k--) {
    mass += masses[k];
    weighed += masses[k] * Math.exp(-at(k));
    deltas[k] = mass - Math.exp(at(k)) * weighed;
  }
  return (delta) =>
    at(
      Math.max(
        0,
        deltas.findIndex((value) => value <= delta),
      ),
    );
}
