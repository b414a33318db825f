import { clusterings, firmClusters } from '../../data/clusters.ts';
import type { Example } from '../../data/example.ts';
import type { UnionFind } from '../../data/union-find.ts';

/** A cluster above this share of the rows comes from a common template rather than from copies. */
const LARGEST = 0.25;

/**
 * Cluster of related rows for each row: rows of one group, or with (nearly) the same text, as a split keeps them
 * together. Their answers are not independent evidence. Undefined if no two rows are related.
 */
export async function relativesOf(
  examples: readonly Example[],
  signal?: AbortSignal,
): Promise<Uint32Array | undefined> {
  const firm = firmClusters(examples);
  let sets = firm;
  for await (const { sets: found, isComplete } of clusterings(examples, firm, { signal })) {
    sets = found;
    if (isComplete && largestOf(found) <= Math.max(2, largestOf(firm), LARGEST * examples.length)) break;
  }
  const { setOf, count } = sets.toNumbers();
  return count < examples.length ? setOf : undefined;
}

function largestOf(sets: UnionFind): number {
  return sets.sets().reduce((most, { length }) => Math.max(most, length), 0);
}
