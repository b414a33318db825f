/**
 * Length-controlled win rates (Dubois et al. 2024): a logistic model of wins by length difference, evaluated at equal
 * lengths.
 */
import { normalQuantile } from '../statistics/normal.ts';
import { solve } from './bradley-terry.ts';

export interface LengthControlled {
  /** Estimated at equal lengths. */
  winRate: number;
  low: number;
  high: number;
  /** Log odds added by a length difference of one standard deviation; positive if the longer answer wins more often. */
  slope: number;
  slopeLow: number;
  slopeHigh: number;
}

/** An answer's score from 0 to 1, and its excess length over its rival in any unit. */
export interface LengthRow {
  score: number;
  longer: number;
}

const MAX_ITERATIONS = 100;
const CONVERGED = 1e-12;
/** Log odds beyond which a fit diverges because wins and losses are separable. */
const RUNAWAY = 30;

/** Undefined if all lengths are equal or the fit diverges. */
export function lengthControlled(rows: readonly LengthRow[], confidence = 0.95): LengthControlled | undefined {
  const scale = Math.sqrt(rows.reduce((sum, { longer }) => sum + longer ** 2, 0) / rows.length);
  if (!(scale > 0)) return undefined;
  const points = rows.map(({ score, longer }) => ({ score, x: Math.tanh(longer / scale) }));
  let [intercept, slope] = [0, 0];
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const { gradient, information } = derivatives(points, intercept, slope);
    const [first, second] = solve(information, gradient);
    intercept += first;
    slope += second;
    if (!(Math.abs(intercept) + Math.abs(slope) < RUNAWAY)) return undefined;
    if (Math.abs(first) + Math.abs(second) < CONVERGED) break;
  }
  const { information } = derivatives(points, intercept, slope);
  const z = normalQuantile((1 + confidence) / 2);
  const half = z * Math.sqrt(solve(information, [1, 0])[0]);
  const slopeHalf = z * Math.sqrt(solve(information, [0, 1])[1]);
  return {
    winRate: logistic(intercept),
    low: logistic(intercept - half),
    high: logistic(intercept + half),
    slope,
    slopeLow: slope - slopeHalf,
    slopeHigh: slope + slopeHalf,
  };
}

function derivatives(points: readonly { score: number; x: number }[], intercept: number, slope: number) {
  const gradient = [0, 0];
  const information = [
    [0, 0],
    [0, 0],
  ];
  for (const { score, x } of points) {
    const chance = logistic(intercept + slope * x);
    const weight = chance * (1 - chance);
    gradient[0] += score - chance;
    gradient[1] += (score - chance) * x;
    information[0][0] += weight;
    information[0][1] += weight * x;
    information[1][1] += weight * x * x;
  }
  information[1][0] = information[0][1];
  return { gradient, information };
}

function logistic(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
