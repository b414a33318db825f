import { availableParallelism } from 'node:os';

/**
 * Number of worker threads: one per core, none on a single core. `ATTUNE_THREADS` limits it, as it does for the
 * engine.
 */
export function usualThreads(): number {
  const cores = Math.min(availableParallelism(), Number(process.env.ATTUNE_THREADS) || Infinity);
  return cores < 2 ? 0 : cores;
}
