import { inLanes } from '../src/base/lanes.ts';
import { usualThreads } from '../src/base/threads.ts';

/**
 * As many pieces of work at once as there are processors, each with one thread, or more where there is less work: of
 * small models the second thread brings little, and what has one only, such as the start of a worker, stands beside
 * other work.
 * @returns what came of each, in their order
 */
export async function onEachCore<Work, Result>(
  works: readonly Work[],
  run: (work: Work) => Promise<Result>,
): Promise<Result[]> {
  const given = process.env.ATTUNE_THREADS;
  const cores = Math.max(1, usualThreads());
  // Workers inherit it.
  process.env.ATTUNE_THREADS = String(Math.max(1, Math.floor(cores / works.length)));
  try {
    return await inLanes(works, cores, run);
  } finally {
    if (given === undefined) delete process.env.ATTUNE_THREADS;
    else process.env.ATTUNE_THREADS = given;
  }
}
