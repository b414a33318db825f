/** Evidence as e-values: numbers whose mean is 1 at most where nothing changed. */
import { greatest } from '../../base/many.ts';

/**
 * Which of several e-values are findings, with at most the share `rate` of false ones among them: e-BH (Wang and Ramdas
 * 2022), whatever they have to do with each other, and at any time where each is a process of its own.
 */
export function eBenjaminiHochberg(values: readonly number[], rate = 0.05): boolean[] {
  const sorted = values.toSorted((a, b) => b - a);
  let least = Infinity;
  for (const [place, value] of sorted.entries()) {
    if (value >= values.length / ((place + 1) * rate)) least = value;
  }
  return values.map((value) => value >= least);
}

/**
 * An e-value from a statistic and its values under permutations: exp(strength · z) by its own mean. Up to one more than
 * there are permutations.
 */
export function permutationEValue(seen: number, permuted: readonly number[], strength = 3): number {
  const terms = [seen, ...permuted].map((value) => strength * value);
  const most = greatest(terms);
  const sum = terms.reduce((total, term) => total + Math.exp(term - most), 0);
  return (Math.exp(terms[0] - most) * terms.length) / sum;
}
