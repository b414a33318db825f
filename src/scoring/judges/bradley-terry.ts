/** Bradley–Terry model (1952): strengths of several systems from pairwise wins. */
import { greatest } from '../../base/many.ts';
import { normalQuantile } from '../statistics/normal.ts';

/** A comparison of two systems with the first one's score: 1 for a win, 0.5 for a tie, 0 for a loss. */
export interface Meeting {
  first: string;
  second: string;
  score: number;
  /** Number of such meetings. Default 1. */
  weight?: number;
}

export interface Strength {
  system: string;
  /** Log odds of winning against the first system, whose own estimate is 0. */
  estimate: number;
  /** Standard error in the same unit; 0 for the first system. */
  error: number;
  low: number;
  high: number;
}

const MAX_ITERATIONS = 100;
const CONVERGED = 1e-12;

/**
 * Maximum likelihood by Newton's method, with Wald intervals; systems are in order of first appearance. Undefined if no
 * maximum exists: some systems never lost to, or never met, the others (Ford 1957).
 */
export function bradleyTerry(meetings: readonly Meeting[], confidence = 0.95): Strength[] | undefined {
  const systems = [...new Set(meetings.flatMap(({ first, second }) => [first, second]))];
  if (systems.length < 2) return undefined;
  const wins = winsBetween(systems, meetings);
  if (!isConnected(wins)) return undefined;
  const strengths = new Float64Array(systems.length);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const { gradient, information } = slope(wins, strengths);
    const step = solve(information, gradient);
    for (const [i, change] of step.entries()) strengths[i + 1] += change;
    if (greatest(step.map(Math.abs)) < CONVERGED) break;
  }
  const z = normalQuantile((1 + confidence) / 2);
  const { information } = slope(wins, strengths);
  return systems.map((system, i) => {
    const unit = information.map((_, row) => (row === i - 1 ? 1 : 0));
    const error = i === 0 ? 0 : Math.sqrt(solve(information, unit)[i - 1]);
    const estimate = strengths[i];
    return { system, estimate, error, low: estimate - z * error, high: estimate + z * error };
  });
}

/** Wins of each system (row) against every other (column); a tie is half a win for both. */
function winsBetween(systems: readonly string[], meetings: readonly Meeting[]): number[][] {
  const place = new Map(systems.map((system, index) => [system, index]));
  const wins = systems.map(() => systems.map(() => 0));
  for (const { first, second, score, weight = 1 } of meetings) {
    const [i, j] = [place.get(first)!, place.get(second)!];
    if (i === j) continue;
    wins[i][j] += score * weight;
    wins[j][i] += (1 - score) * weight;
  }
  return wins;
}

/** Whether a chain of wins connects every system to every other one. */
function isConnected(wins: readonly (readonly number[])[]): boolean {
  const reaches = (won: (from: number, to: number) => boolean): boolean => {
    const reached = new Set([0]);
    for (const from of reached) for (const to of wins.keys()) if (won(from, to)) reached.add(to);
    return reached.size === wins.length;
  };
  return reaches((from, to) => wins[from][to] > 0) && reaches((from, to) => wins[to][from] > 0);
}

/** First and second derivatives of the likelihood, without the first system. */
function slope(wins: readonly (readonly number[])[], strengths: Float64Array) {
  const free = wins.length - 1;
  const gradient = Array.from({ length: free }, () => 0);
  const information = gradient.map(() => gradient.map(() => 0));
  for (let i = 1; i < wins.length; i++) {
    for (let j = 0; j < wins.length; j++) {
      const met = wins[i][j] + wins[j][i];
      if (met === 0) continue;
      const chance = 1 / (1 + Math.exp(strengths[j] - strengths[i]));
      const weight = met * chance * (1 - chance);
      gradient[i - 1] += wins[i][j] - met * chance;
      information[i - 1][i - 1] += weight;
      if (j > 0) information[i - 1][j - 1] -= weight;
    }
  }
  return { gradient, information };
}

/** Solves a positive definite system by Gauss elimination. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const size = rows.length;
  for (let pivot = 0; pivot < size; pivot++) {
    for (let row = pivot + 1; row < size; row++) {
      const factor = rows[row][pivot] / rows[pivot][pivot];
      for (let column = pivot; column <= size; column++) rows[row][column] -= factor * rows[pivot][column];
    }
  }
  const solution = Array.from({ length: size }, () => 0);
  for (let row = size - 1; row >= 0; row--) {
    let rest = rows[row][size];
    for (let column = row + 1; column < size; column++) rest -= rows[row][column] * solution[column];
    solution[row] = rest / rows[row][row];
  }
  return solution;
}
