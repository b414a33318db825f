/** Samples of test cases and of random trials: seconds in every run; ATTUNE_TESTS=all runs all of them. */
import { sha256 } from '../src/files/hash.ts';

/** Whether all cases are tested. */
export const isWhole = process.env.ATTUNE_TESTS === 'all';

/** Number of random trials of a test. */
export function trials(few: number, all: number): number {
  return isWhole ? all : few;
}

/**
 * A sample of the cases, in order, with at least `least` cases of each value of each dimension, or all that have it.
 * The pseudo-random choice is always the same.
 */
export function sampled<Case>(
  cases: readonly Case[],
  dimensions: readonly ((one: Case) => string)[],
  least: number,
): Case[] {
  if (isWhole) return [...cases];
  const valuesOf = (one: Case): string[] => dimensions.map((value, at) => `${at} ${value(one)}`);
  const met = new Map<string, number>();
  const chosen = new Set<Case>();
  for (const one of cases.toSorted((a, b) => (sha256(valuesOf(a).join()) < sha256(valuesOf(b).join()) ? -1 : 1))) {
    const values = valuesOf(one);
    if (values.every((value) => (met.get(value) ?? 0) >= least)) continue;
    chosen.add(one);
    for (const value of values) met.set(value, (met.get(value) ?? 0) + 1);
  }
  return cases.filter((one) => chosen.has(one));
}
