import { inLanes } from '../src/base/lanes.ts';
import { usualThreads } from '../src/base/threads.ts';

/**
 * Runs as many jobs at once as there are processors, each with one thread, or more threads if there are fewer jobs. A
 * second thread helps small models little, and single-threaded work, such as the start of a worker, then runs beside
 * other jobs.
 * @returns the results of the jobs, in order
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
