/** Trains the jobs of a server, each as `attune train` would. */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Trainer } from '../../serve/index.ts';
import { hasStarted, readEvents, readRun } from '../../store/run-folder.ts';
import { findLockOwner } from '../../store/run-lock.ts';
import { resolveRecipe } from '../recipe/index.ts';
import { train } from '../train.ts';
import { checkJobRows } from './check-job-rows.ts';
import { localRecipe } from './job-files.ts';
import { checkAdditions, jobRecipe, objectiveOf, runFolder } from './job-recipe.ts';
import { publishJob } from './publish-job.ts';

const POLL = 200;

export const trainer: Trainer = {
  check(job) {
    checkAdditions(job.extra);
    objectiveOf(job);
  },
  async plan({ job, target }, signal) {
    const rows = await checkJobRows(job.training_file, job, signal);
    if (job.validation_file !== null) await checkJobRows(job.validation_file, job, signal);
    const { recipe, method } = await jobRecipe(job, { target, rows });
    return { recipe: recipe as unknown as Record<string, unknown>, method, rows };
  },
  async train({ job, target }, { onEvent, signal }) {
    const folder = runFolder(job.id);
    const recipe = await resolveRecipe(await localRecipe({ job, target }));
    // The worker of a server that was killed saves and stops by itself.
    while (findLockOwner(folder) !== undefined && !signal.aborted) await sleep(POLL);
    const isBegun = hasStarted(folder);
    // What was killed before it said how it was started is nothing to go on from.
    if (!isBegun && !signal.aborted) rmSync(folder, { recursive: true, force: true });
    if (isBegun) {
      for (const { at: _, ...event } of readEvents(folder)) onEvent(event);
      if (readRun(folder).status === 'finished') return 'finished';
    }
    if (signal.aborted) return 'stopped';
    const { outcome } = await train(recipe, { resume: isBegun, onEvent, signal, handleSignals: false });
    return outcome === 'finished' ? 'finished' : 'stopped';
  },
  publish: publishJob,
};
