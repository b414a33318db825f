import { readAssessment } from '../evaluation/assessments/assessment-files.ts';
import { rmdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AttuneError, type Problem } from '../base/errors.ts';
import { writeFailure } from '../files/atomic.ts';
import { makeFolders } from '../files/make-folder.ts';
import { checkForgetting } from '../evaluation/general/general-forgetting.ts';
import { remarkOnRun } from '../evaluation/demonstration-base.ts';
import { runTimes } from '../store/run-clock.ts';
import { checkFree, hasStarted, isRunFolder } from '../store/run-folder.ts';
import type { TrainInput } from '../jobs/train/train-job.ts';
import type { Recipe } from '../training/recipe/recipe.ts';
import { endEarlierAttempt, runJob, startJob, type JobOptions } from '../jobs/worker/index.ts';
import { launchOf, runRank, runWithFollowers } from './followers.ts';
import { pullForRecipe } from './pull.ts';
import { locateRecipe } from './recipe/locate.ts';
import { RecipeRows } from './rows/recipe-rows.ts';
import { startedWith } from './stored-run.ts';
import { deleteRuns } from './tidy-runs.ts';
import type { TrainOptions, StartOptions } from './use-cases/train.ts';
import type { DetachedRun, TrainOutcome } from './run.ts';

/** Trains, or starts a run that continues after this process ends. */
export async function startTraining(
  recipe: Recipe,
  { detach = false, ...options }: StartOptions,
): Promise<TrainOutcome | DetachedRun> {
  if (!detach) return trainHere(recipe, options);
  if (options.overwrite === true) await removeEarlier(recipe, options);
  return { outcome: 'detached', ...(await trainDetached(recipe, options)) };
}

/**
 * Trains a resolved recipe in the worker.
 * @throws AttuneError errors of the recipe's parts; E_FORGETTING, with exit code 3, for a finished run whose result
 * forgot more than `evaluation.max_forgetting`
 */
export async function train(recipe: Recipe, options: Omit<TrainOptions, 'leave'> = {}): Promise<TrainOutcome> {
  return (await trainHere(recipe, options)) as TrainOutcome;
}

async function trainHere(recipe: Recipe, options: TrainOptions): Promise<TrainOutcome | DetachedRun> {
  if (options.overwrite === true) await removeEarlier(recipe, options);
  const rows = new RecipeRows(recipe, options.dryRun !== true);
  try {
    if (options.resume === true) await refuseChanges(rows.recipe);
    rows.write();
    return await trainKept(rows.recipe, options);
  } catch (error) {
    throw rows.failure(error);
  }
}

async function removeEarlier({ output_dir: folder }: Recipe, { resume, dryRun }: TrainOptions): Promise<void> {
  if (resume === true || dryRun === true) {
    const other = resume === true ? 'resume' : 'dryRun';
    throw new AttuneError('E_USAGE', { what: `overwrite and ${other} cannot be combined`, fix: 'choose one' });
  }
  if (isRunFolder(folder)) await deleteRuns([folder]);
}

async function trainKept(recipe: Recipe, options: TrainOptions): Promise<TrainOutcome | DetachedRun> {
  const { dryRun = false, profile = false, pauseAt, isRound, queue, inProcess, handleSignals, leave } = options;
  const launch = await launchOf(options);
  // A launcher that restarts its processes resumes the same run.
  const resume = options.resume === true || (launch?.attempt ?? 0) > 0;
  const folder = resolve(recipe.output_dir);
  const { onEvent = () => undefined, signal = new AbortController().signal } = options;
  await pullForRecipe(recipe, { emit: onEvent, signal });
  if (launch?.rank === 0 && launch.attempt > 0) await endEarlierAttempt(folder, signal);
  const run = async (): Promise<TrainOutcome | DetachedRun> => {
    const job = {
      ...jobOf(recipe, { dryRun, resume, profile, pauseAt, isRound, queue, launch }),
      inProcess,
      handleSignals,
      onEvent,
      signal,
    };
    const outcome =
      launch === undefined
        ? await (leave === undefined ? runJob(job) : runLeft({ ...job, leave }))
        : await (launch.starts > 0 ? runWithFollowers(job, launch) : runRank(job, launch));
    if (outcome.outcome !== 'finished') return { ...outcome, folder };
    return { ...outcome, folder, ...assessmentsOf(recipe, folder) };
  };
  if (!dryRun) return run();
  if (!resume && isRunFolder(folder)) checkFree(folder);
  return withBorrowedFolder(folder, run);
}

/** @throws AttuneError E_FORGETTING */
function assessmentsOf({ model, objective, evaluation }: Recipe, folder: string) {
  const forgetting = readAssessment(folder, 'forgetting');
  checkForgetting(forgetting, evaluation.max_forgetting);
  const times = runTimes(folder);
  return {
    comparison: readAssessment(folder, 'comparison'),
    times,
    forgetting,
    overfitting: readAssessment(folder, 'overfitting'),
    wording: readAssessment(folder, 'wording'),
    baseRemark: remarkOnRun({ model, objective: objective.name }, times?.training),
  };
}

/** Runs a job that continues in the background once `leave` is aborted. */
async function runLeft({ leave, ...job }: JobOptions<'train'> & { leave: AbortSignal }) {
  const running = await startJob({ ...job, detach: true });
  const { promise: left, resolve: leaves } = Promise.withResolvers<Omit<DetachedRun, 'folder'>>();
  const onLeave = (): void => {
    running.release();
    leaves({ outcome: 'detached', pid: running.pid });
  };
  if (leave.aborted) onLeave();
  else leave.addEventListener('abort', onLeave, { once: true });
  try {
    return await Promise.race([running.result, left]);
  } finally {
    leave.removeEventListener('abort', onLeave);
  }
}

/** A dry run tests the disk of the run's folder and leaves no empty folder behind. */
async function withBorrowedFolder<Result>(folder: string, use: () => Promise<Result>): Promise<Result> {
  const first = makeFolder(folder);
  try {
    return await use();
  } finally {
    if (first !== undefined) removeEmpty(folder, first);
  }
}

/** The topmost folder that had to be created. */
function makeFolder(folder: string): string | undefined {
  try {
    return makeFolders(folder);
  } catch (error) {
    throw writeFailure(folder, error);
  }
}

/** Removes empty folders from `folder` up to `first`. */
function removeEmpty(folder: string, first: string): void {
  try {
    for (let path = folder; path.startsWith(first); path = dirname(path)) rmdirSync(path);
  } catch {
    // Not empty: another run has started in it.
  }
}

/** Starts a run that continues after this process ends; returns once the run has its folder. */
async function trainDetached(
  recipe: Recipe,
  options: { resume?: boolean; queue?: boolean } = {},
): Promise<{ folder: string; pid: number }> {
  const { resume = false, queue } = options;
  const rows = new RecipeRows(recipe);
  try {
    if (resume) await refuseChanges(rows.recipe);
    rows.write();
    const job = await startJob({
      ...jobOf(rows.recipe, { dryRun: false, resume, profile: false, queue }),
      detach: true,
      handleSignals: false,
    });
    job.release();
    return { folder: resolve(recipe.output_dir), pid: job.pid };
  } catch (error) {
    throw rows.failure(error);
  }
}

type JobChoice = Pick<TrainInput, 'launch' | 'pauseAt' | 'isRound'> & { queue?: boolean } & Record<
    'dryRun' | 'resume' | 'profile',
    boolean
  >;

function jobOf(recipe: Recipe, { queue, ...choice }: JobChoice) {
  const { dryRun, resume, launch } = choice;
  const input = { recipe, ...choice };
  // Only rank 0 writes.
  if (dryRun || (launch !== undefined && launch.rank > 0)) return { job: 'train', input } as const;
  return { job: 'train', input, folder: recipe.output_dir, resume, queue, reportTo: recipe.report_to } as const;
}

/** Settings that do not affect the result. */
const freeSettings = new Set([
  'report_to',
  'output_dir',
  'training.micro_batch_tokens',
  'evaluation.samples',
  'evaluation.baselines',
  'evaluation.instruction',
  'evaluation.max_rows',
  'evaluation.max_new_tokens',
  'evaluation.general',
  'evaluation.overfitting',
  'evaluation.other_words',
  'evaluation.max_forgetting',
]);

/** Rejects changed settings: the result of a resumed run would match neither recipe. */
async function refuseChanges(recipe: Recipe): Promise<void> {
  // A run killed before it started has no results that could differ.
  if (!hasStarted(recipe.output_dir)) return;
  const wanted = locateRecipe(recipe, process.cwd()).recipe;
  const problems = differences(await startedWith(recipe.output_dir), wanted, '');
  if (problems.length === 0) return;
  throw new AttuneError('E_RECIPE_CHANGED', {
    what: `The recipe differs from the one that the run in ${recipe.output_dir} was started with`,
    problems,
    fix: `continue with the old one: attune runs resume ${recipe.output_dir}; or choose another output_dir`,
  });
}

function differences(stored: unknown, wanted: unknown, path: string): Problem[] {
  if (freeSettings.has(path)) return [];
  if (isObject(stored) && isObject(wanted)) {
    const names = [...new Set([...Object.keys(stored), ...Object.keys(wanted)])];
    return names.flatMap((name) => differences(stored[name], wanted[name], path === '' ? name : `${path}.${name}`));
  }
  const [before, now] = [JSON.stringify(stored), JSON.stringify(wanted)];
  return before === now ? [] : [{ field: path, message: `was ${before}, is now ${now}` }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
