/** Trains the jobs of a server, each as `attune train` would. */
import { rmSync } from 'node:fs';
import type { Trainer } from '../../serving/index.ts';
import { hasStarted, readEvents, readRun } from '../../store/run-folder.ts';
import { untilFree } from '../../store/run-lock.ts';
import { resolveRecipe } from '../recipe/index.ts';
import { train } from '../train.ts';
import { checkJobRows } from './check-job-rows.ts';
import { checkAdditions, jobRecipe, localRecipe, objectiveOf, runFolder } from './job-recipe.ts';
import { publishJob } from './publish-job.ts';

export const trainer: Trainer = {
  check(job) {
    checkAdditions(job.extra);
    objectiveOf(job);
  },
  async plan(wanted, signal) {
    const { job, files } = wanted;
    const { training_file: file, validation_file: validation } = job;
    const rows = await checkJobRows({ file, path: files.train }, job, signal);
    if (validation !== null) await checkJobRows({ file: validation, path: files.validation! }, job, signal);
    const { recipe, method } = await jobRecipe(wanted, rows);
    return { recipe, method, rows };
  },
  async train(wanted, { onEvent, signal }) {
    const folder = runFolder(wanted.job.id);
    const recipe = await resolveRecipe(localRecipe(wanted));
    // If the server was killed, its worker saves and stops by itself.
    await untilFree(folder, signal);
    const isBegun = hasStarted(folder);
    // A run killed before it recorded its start cannot be resumed.
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
