import { availableParallelism } from 'node:os';

/** Threads to work with: one for each core, none where there is one core. `ATTUNE_THREADS` bounds these as it bounds the engine's. */
export function usualThreads(): number {
  const cores = Math.min(availableParallelism(), Number(process.env.ATTUNE_THREADS) || Infinity);
  return cores < 2 ? 0 : cores;
}
