/**
 * Runs that several processes share. Rank 0 leads: it plans, checks, writes and judges. The others make the same model
 * from the same recipe and take turns with its micro-batches, evaluations and rollouts. Every process holds all rows
 * and takes every step, so that counts, rates and stopping need no messages.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { JobContext } from '../../base/job.ts';
import { Group } from '../../engine/group/index.ts';
import { setThreads } from '../../engine/tensor/index.ts';
import { temporaryFolder } from '../../files/temporary.ts';
import { evaluateBase } from '../../training/evaluate-base.ts';
import { Shared } from '../../training/shared-step.ts';
import type { Outcome } from '../../training/trainer.ts';
import { readState, type RunConstants } from '../../training/trainer-state.ts';
import type { TrainInput, TrainResult } from './train-job.ts';
import { prepareRun, type TrainingRun } from './training-run.ts';

/** Meets the processes that share the run; undefined for a run of one process. */
export async function joinOthers({ launch }: TrainInput, signal: AbortSignal): Promise<Group | undefined> {
  if (launch === undefined) return undefined;
  if (launch.localSize > 1 && process.env.ATTUNE_THREADS === undefined)
    setThreads(Math.max(1, Math.floor(availableParallelism() / launch.localSize)));
  const group = await Group.open(launch);
  return group.join(signal);
}

/** @throws AttuneError E_SHARED for methods that look at a whole step at once */
function refuseUnshared({ rows, parts }: TrainingRun): void {
  const { objective, update } = parts;
  const problems = [
    ...(objective.joint === undefined
      ? []
      : [{ field: 'objective', message: `${rows.context.recipe.objective.name} compares all rows of a step` }]),
    ...(update.needs === undefined || update.needs === 'losses'
      ? []
      : [{ field: 'training.optimizer', message: `${rows.context.recipe.training.optimizer.name} needs each row` }]),
  ];
  if (problems.length === 0) return;
  throw new AttuneError('E_SHARED', {
    what: 'This run cannot be shared by several processes',
    problems,
    fix: 'train it in one process',
  });
}

/** Tells the others what was decided, so that they can prepare meanwhile. */
export async function sharePlan(run: TrainingRun, group: Group | undefined): Promise<void> {
  if (group === undefined) return;
  refuseUnshared(run);
  await group.share('plan', run.constants);
}

/** Trains a prepared run, with the others if there are any. */
export async function trainTogether(run: TrainingRun, group: Group | undefined): Promise<Outcome> {
  const { trainer, parts } = run;
  if (group !== undefined) {
    await shareState(run, group);
    const { model, tuning, objective } = parts;
    parts.shared = new Shared(group, () => [...tuning.trainables, ...(objective.trainables?.(model) ?? [])]);
  }
  if (trainer.state.step === 0) await evaluateBase(trainer, parts);
  const outcome = await trainer.run();
  // The rest is work of the leader alone.
  parts.shared = undefined;
  return outcome;
}

/** A process that follows the leader: it writes and says nothing. */
export async function follow(input: TrainInput, { signal }: JobContext, group: Group): Promise<TrainResult> {
  const folder = temporaryFolder('rank');
  try {
    const earlier = await group.share<RunConstants>('plan');
    const emit = () => undefined;
    const context = { recipe: input.recipe, folder, emit, signal, now: earlier.now, earlier, group };
    const run = await prepareRun({ ...context, isFollowing: true });
    await trainTogether(run, group);
    return unfinished(run, 'followed');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts everyone where the leader is: weights, moments, counters and rate. */
async function shareState(run: TrainingRun, group: Group): Promise<void> {
  const folder = temporaryFolder('state');
  try {
    if (group.rank === 0) run.write(folder, run.trainer.state);
    for (const name of await group.share('state', group.rank === 0 ? readdirSync(folder) : [])) {
      const path = join(folder, name);
      const bytes = await group.share(`state: ${name}`, group.rank === 0 ? readFileSync(path) : undefined);
      if (group.rank > 0) writeFileSync(path, bytes as Uint8Array);
    }
    const { learning_rate: rate } = await group.share('rate', run.constants.training);
    if (group.rank === 0) return;
    run.settleRate(rate);
    run.trainer.resume(readState(folder, run.parts));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Result of a run that has none of its own, or not yet. */
export function unfinished({ trainer, rows, constants }: TrainingRun, outcome: TrainResult['outcome']): TrainResult {
  const { step, seconds } = trainer.state;
  const { task } = rows.objective;
  const { training } = constants;
  const metrics = trainer.metricsAt(step);
  return { outcome, step, task, result: null, choice: null, metrics, stepSeconds: seconds, training, advice: null };
}
