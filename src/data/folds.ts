import { shuffled } from '../base/random.ts';
import type { Example } from './example.ts';
import { strataOf } from './strata.ts';

/**
 * The fold in which each row is tested. Related rows share a fold, and each fold gets its share of every class or range
 * of numbers, as far as related rows allow.
 * @param setOf the cluster of each row; without it every row is alone
 */
export function foldsOf(
  rows: readonly Example[],
  count: number,
  { setOf, seed }: { setOf?: ArrayLike<number>; seed: number },
): Uint8Array {
  const strata = strataOf(rows);
  const sets = Map.groupBy(rows.keys(), (row) => setOf?.[row] ?? row);
  const folds = new Uint8Array(rows.length);
  const sizes = new Uint32Array(count);
  const byStratum = new Map<number, Uint32Array>();
  for (const members of shuffled([...sets.values()], [seed, 'folds'])) {
    const stratum = strata?.[members[0]] ?? 0;
    const counts = byStratum.get(stratum) ?? new Uint32Array(count);
    byStratum.set(stratum, counts);
    // The fold with the fewest rows of the stratum, ties by size.
    const fold = sizes.reduce(
      (best, size, one) => ((counts[one] - counts[best] || size - sizes[best]) < 0 ? one : best),
      0,
    );
    for (const row of members) folds[row] = fold;
    counts[fold] += members.length;
    sizes[fold] += members.length;
  }
  return folds;
}
