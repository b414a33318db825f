import { existsSync, rmSync } from 'node:fs';
import { writeFileAtomic } from '../../files/atomic.ts';
import { readJson } from '../../files/json.ts';
import { runPaths } from '../../store/run-paths.ts';
import type { RunConstants } from '../../training/trainer-state.ts';

/**
 * Stores the number of shares of each step, so that a run that is lost before its first checkpoint has the same bytes
 * when it is resumed by another number of processes.
 */
export function keepShares(folder: string, { shares }: RunConstants): void {
  if (shares !== undefined) writeFileAtomic(runPaths(folder).shares, JSON.stringify({ shares }));
}

/** Number of shares that an earlier part of the run began with. */
export function keptShares(folder: string): number | undefined {
  const path = runPaths(folder).shares;
  return existsSync(path) ? readJson<{ shares: number }>(path).shares : undefined;
}

/** Deletes the number once all steps are done. */
export function forgetShares(folder: string): void {
  rmSync(runPaths(folder).shares, { force: true });
}
