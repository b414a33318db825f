/**
 * Runs that several processes share. Rank 0 leads: it plans, checks, writes and judges. The others make the same model
 * from the same recipe and take turns with its micro-batches, evaluations and rollouts. Every process holds all rows
 * and takes every step, so that counts, rates and stopping need no messages.
 */
import { existsSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { JobContext } from '../../base/job.ts';
import { Group, type Collectives } from '../../engine/group/index.ts';
import { setThreads } from '../../engine/tensor/index.ts';
import { unlessStopped } from '../../base/turn.ts';
import { temporaryFolder } from '../../files/temporary.ts';
import { evaluateBase } from '../../training/evaluate-base.ts';
import { Shared } from '../../training/shared/shared.ts';
import type { Outcome } from '../../training/trainer.ts';
import {
  ALL_TENSOR_FILES,
  readTensors,
  readWeights,
  writeWeights,
  type RunConstants,
} from '../../training/trainer-state.ts';
import { findLearningRate, needsTrials } from './find-learning-rate.ts';
import { shareFile } from './shared-files.ts';
import type { TrainInput, TrainResult } from './train-job.ts';
import { prepareRun, type TrainingRun } from './training-run.ts';

/** Joins the group of processes that share the run; undefined for a run of one process. */
export async function joinOthers(
  { launch }: TrainInput,
  { signal, emit }: Pick<JobContext, 'signal' | 'emit'>,
): Promise<Group | undefined> {
  if (launch === undefined) return undefined;
  if (launch.localSize > 1 && process.env.ATTUNE_THREADS === undefined)
    setThreads(Math.max(1, Math.floor(availableParallelism() / launch.localSize)));
  const onWait = (message: string) => emit({ type: 'warning-raised', code: 'W_RANK_AWAITED', message });
  const group = await Group.open(launch, onWait);
  return group.join(signal, onWait);
}

/** Decisions of the leader, which the others follow. */
export interface SharedPlan {
  constants: RunConstants;
  /** Whether learning rates are tried first. */
  hasTrials: boolean;
}

/** Sends the leader's decisions to the other processes, so that they can prepare meanwhile. */
export async function sharePlan({ constants, rows }: TrainingRun, group: Collectives | undefined): Promise<void> {
  const plan: SharedPlan = { constants, hasTrials: needsTrials(rows.context) };
  await group?.share('plan', plan);
}

/**
 * Brings all processes to the leader's state. A single process that resumes a run of several takes over all shares and
 * computes the same.
 */
export async function meetOthers(run: TrainingRun, group: Collectives | undefined): Promise<void> {
  const { parts, constants } = run;
  const { model, tuning, objective, update } = parts;
  const shares = constants.shares ?? group?.size;
  if (shares === undefined) return;
  if (group !== undefined) await shareState(run, group);
  const trainables = [...tuning.trainables, ...(objective.trainables?.(model) ?? [])];
  parts.shared = new Shared({ group, shares, trainables, ownOnly: update.isSharded === true });
}

/** Trains a prepared run, with the others if there are any. */
export async function trainTogether({ trainer, parts }: TrainingRun): Promise<Outcome> {
  if (trainer.state.step === 0) await evaluateBase(trainer, parts);
  const outcome = await trainer.run();
  // The leader does the rest alone.
  parts.shared = undefined;
  return outcome;
}

/** Follows the leader: trains without writing files or emitting events. */
export async function follow(input: TrainInput, { signal }: JobContext, group: Collectives): Promise<TrainResult> {
  const folder = temporaryFolder('rank');
  try {
    const { constants: earlier, hasTrials } = await group.share<SharedPlan>('plan');
    const emit = () => undefined;
    const { recipe, pauseAt } = input;
    const context = { recipe, folder, emit, signal, now: earlier.now, earlier, pauseAt, group };
    const run = await prepareRun({ ...context, isFollowing: true });
    await meetOthers(run, group);
    if (hasTrials) await findLearningRate(run);
    const outcome = await trainTogether(run);
    const followed = unfinished(run, 'followed');
    if (outcome === 'finished') await awaitVerdict(run, { signal, group });
    return followed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits while the leader judges the result, so that the loss of a process is noticed; the run's memory is freed. */
async function awaitVerdict(
  run: TrainingRun,
  { signal, group }: { signal: AbortSignal; group: Collectives },
): Promise<void> {
  run.dispose();
  await unlessStopped(meetAtEnd(group), signal);
}

/** Barrier for all processes once the result is judged. */
export async function meetAtEnd(group: Collectives | undefined): Promise<void> {
  await group?.gatherNumbers('end', 0);
}

/** Sends the leader's weights and counters, and all tensors of the checkpoint that it resumed from. */
async function shareState(run: TrainingRun, group: Collectives): Promise<void> {
  const { trainer, parts, origin } = run;
  const folder = temporaryFolder('state');
  try {
    const isLeader = group.rank === 0;
    const from = isLeader ? (origin ?? folder) : folder;
    if (isLeader && origin === undefined) writeWeights(folder, parts.tuning);
    const present = ALL_TENSOR_FILES.filter((name) => existsSync(join(from, name)));
    const names = await group.share('state: files', present);
    for (const name of names) await shareFile(group, `state: ${name}`, join(from, name));
    const state = await group.share('state: counters', trainer.state);
    const { learning_rate: rate } = await group.share('rate', run.constants.training);
    if (isLeader) return;
    run.settleRate(rate);
    if (names.length === 1) readWeights(folder, parts.tuning);
    else readTensors(folder, parts);
    trainer.resume(state);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Result of a follower or an unfinished run. */
export function unfinished({ trainer, rows, constants }: TrainingRun, outcome: TrainResult['outcome']): TrainResult {
  const { step, seconds } = trainer.state;
  const { task } = rows.objective;
  const { training } = constants;
  const metrics = trainer.metricsAt(step);
  return { outcome, step, task, result: null, choice: null, metrics, stepSeconds: seconds, training, advice: null };
}
