import { availableParallelism } from 'node:os';

/**
 * As many pieces of work at once as there are processors, each with one thread: of small models the second thread brings
 * little, and what has one only, such as the start of a worker, stands beside other work.
 * @returns what came of each, in their order
 */
export async function onEachCore<Work, Result>(
  works: readonly Work[],
  run: (work: Work) => Promise<Result>,
): Promise<Result[]> {
  const given = process.env.ATTUNE_THREADS;
  const cores = Math.min(availableParallelism(), Number(given) || Infinity);
  const results: Result[] = [];
  // All take from one iterator.
  const waiting = works.entries();
  let failed = false;
  const hand = async () => {
    for (const [i, work] of waiting) {
      if (failed) return;
      try {
        results[i] = await run(work);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  // Workers inherit it.
  process.env.ATTUNE_THREADS = '1';
  const ends = await Promise.allSettled(Array.from({ length: cores }, hand));
  if (given === undefined) delete process.env.ATTUNE_THREADS;
  else process.env.ATTUNE_THREADS = given;
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
}
