/** Evidence as e-values: nonnegative statistics with a mean of at most 1 under the null hypothesis. */
import { greatest } from '../../base/many.ts';

/**
 * Rejects hypotheses by e-values with a false discovery rate of at most `rate`: e-BH (Wang and Ramdas 2022). Valid
 * under any dependence, and at any time if each e-value comes from an e-process.
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
 * An e-value from a statistic and its values under permutations: exp(strength · z), normalised by the mean. At most the
 * number of permutations plus one.
 */
export function permutationEValue(seen: number, permuted: readonly number[], strength = 3): number {
  const terms = [seen, ...permuted].map((value) => strength * value);
  const most = greatest(terms);
  const sum = terms.reduce((total, term) => total + Math.exp(term - most), 0);
  return (Math.exp(terms[0] - most) * terms.length) / sum;
}
