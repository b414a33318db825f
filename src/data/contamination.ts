import type { Example } from './example.ts';
import { findOverlaps, refuseOverlap } from './overlaps.ts';
import { partition } from './partition.ts';

/**
 * Refuses rows to evaluate on that a model was trained on, as they stand, nearly so, or as rows of the same group.
 * @throws AttuneError E_SPLIT_OVERLAP with the rows
 */
export async function refuseContaminated(
  train: readonly Example[],
  test: readonly Example[],
  options: { signal?: AbortSignal; onProgress?: (rows: number, total: number) => void } = {},
): Promise<void> {
  const given = { train: [...train], validation: [], test: [...test] };
  refuseOverlap(findOverlaps(await partition(given, { shares: { validation: 0, test: 0 }, seed: 0, ...options })));
}
