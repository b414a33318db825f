/**
 * Asynchronous successive halving (ASHA, Li et al. 2018) for one worker: which trial to continue, as a pure function of what
 * the trials have reached. A trial continues from its rung if it is among the best 1/reduction of those that got there.
 */

/** A trial: its losses at the rungs that it has reached, in order. A failed one has an infinite loss. */
export interface Climb {
  losses: readonly number[];
}

/** Index of the trial to continue to its next rung, the highest rung first; undefined if none qualifies. */
export function promoted(trials: readonly Climb[], { rungs, reduction }: Ladder): number | undefined {
  for (let rung = rungs.length - 2; rung >= 0; rung--) {
    const here = ranked(trials, rung);
    const best = here.slice(0, Math.floor(here.length / reduction));
    const next = best.find(
      (trial) => trials[trial].losses.length === rung + 1 && Number.isFinite(trials[trial].losses[rung]),
    );
    if (next !== undefined) return next;
  }
  return undefined;
}

export interface Ladder {
  /** Shares of a run at which trials are compared; the last one is 1. */
  rungs: readonly number[];
  reduction: number;
}

/** Rungs of a ladder: 1/reduction², 1/reduction, 1. */
export function ladderOf(reduction: number, rungs: number): Ladder {
  return { reduction, rungs: Array.from({ length: rungs }, (_, i) => reduction ** (i + 1 - rungs)) };
}

/** Trials that have reached a rung, best first; ties in order of their start. */
function ranked(trials: readonly Climb[], rung: number): number[] {
  const reached = trials.flatMap(({ losses }, trial) => (losses.length > rung ? [trial] : []));
  return reached.toSorted((a, b) => trials[a].losses[rung] - trials[b].losses[rung] || a - b);
}

/** All trials, best first: those that got further are better, then those with the lower loss. */
export function rankTrials(trials: readonly Climb[]): number[] {
  const lastOf = (trial: number) => trials[trial].losses.at(-1) ?? Infinity;
  const reachedBy = (trial: number) => trials[trial].losses.filter(Number.isFinite).length;
  return [...trials.keys()].toSorted((a, b) => reachedBy(b) - reachedBy(a) || lastOf(a) - lastOf(b) || a - b);
}
