import { plural } from '../../base/format.ts';
import type { Metrics, ResultChoice } from '../../base/events.ts';
import { listCheckpoints } from '../../store/checkpoints.ts';
import type { Task } from '../../models/architecture.ts';
import { newRunId } from '../../store/run-folder.ts';
import { engineIdentity } from '../../tensor/index.ts';
import type { Recipe } from '../../train/recipe.ts';
import { readConstants } from '../../train/trainer-state.ts';
import { tokensOf } from '../../train/interfaces.ts';
import { peakBytes } from '../run/resources.ts';
import { comparisonBytes } from '../run/comparison-memory.ts';
import { compareResult } from '../run/compare/final-comparison.ts';
import { chooseNullThreshold } from '../run/choose-null-threshold.ts';
import { chooseResult, measureResult } from '../run/choose-result.ts';
import { chooseThresholds } from '../run/choose-thresholds.ts';
import { recordForgetting } from '../run/measure-forgetting.ts';
import { recordOverfitting } from '../run/measure-overfitting.ts';
import { preflight } from '../run/preflight.ts';
import { freeTraining, prepareRun, resumeRun, type PreparedRun } from '../run/training-run.ts';
import { writeResult } from '../run/write-result.ts';
import type { JobContext } from '../job.ts';

export interface TrainInput {
  recipe: Recipe;
  /** Records the second and third step, operator by operator. */
  profile?: boolean;
  /** Stops after the preflight. */
  dryRun?: boolean;
  /** Goes on from the newest checkpoint of the folder. */
  resume?: boolean;
  /** A checkpoint whose run is repeated: what that run decided for itself (clock, micro-batches) is decided the same. */
  like?: string;
}

export interface TrainResult {
  outcome: 'finished' | 'stopped' | 'dry-run';
  step: number;
  /** What the model is for: chatting needs `causal-lm`. */
  task: Task;
  /** Where the adapter or the model lies. */
  result: string | null;
  /** Which step's weights it has; null without a result. */
  choice: ResultChoice | null;
  /** Validation of the result's step, or else of the last one. */
  metrics: Metrics;
  /** Of the optimiser steps alone, without validation. */
  stepSeconds: number;
}

/** A whole training run: data, preflight, training, result. */
export async function run(input: TrainInput, context: JobContext): Promise<TrainResult> {
  const { emit, signal } = context;
  const folder = context.folder ?? input.recipe.output_dir;
  const latest = input.resume === true ? listCheckpoints(folder).at(-1) : undefined;
  const decided = latest?.folder ?? input.like;
  const earlier = decided === undefined ? undefined : readConstants(decided);
  const now = earlier?.now ?? new Date();
  const began = { run: newRunId(now), folder, base: process.cwd(), recipe: input.recipe };
  emit({ type: 'run-started', ...began, identity: engineIdentity() });
  const prepared = await prepareRun({
    recipe: input.recipe,
    folder,
    emit,
    signal,
    now,
    earlier,
    profile: input.profile,
  });
  const isResumed = input.resume === true && resumeRun(prepared);
  if (!isResumed) await checkBefore(prepared);
  const { trainer } = prepared;
  if (input.dryRun === true) return unfinished(prepared, 'dry-run');
  emit({
    type: 'phase-started',
    phase: 'train',
    message: `training for ${plural(prepared.options.schedule.totalSteps, 'steps')}`,
  });
  if (trainer.state.step === 0) await trainer.evaluate();
  const outcome = await trainer.run();
  if (outcome === 'stopped') return unfinished(prepared, 'stopped');
  // A run that is repeated is repeated for its bytes.
  return finish(prepared, { isJudged: input.like === undefined });
}

/** Writes the result and says what it is worth. */
async function finish(prepared: PreparedRun, { isJudged }: { isJudged: boolean }): Promise<TrainResult> {
  const { trainer, parts } = prepared;
  const { emit } = prepared.context;
  emit({ type: 'phase-started', phase: 'save', message: 'writing the result' });
  const choice = chooseResult(prepared);
  const metrics = await measureResult(prepared, choice);
  await chooseThresholds(prepared);
  await chooseNullThreshold(prepared);
  const result = await writeResult(prepared, { step: choice.step, metrics });
  if (isJudged) await judgeResult(prepared, result);
  const { seconds, step } = trainer.state;
  emit({ type: 'run-finished', step: choice.step, choice, result, metrics, seconds, peakBytes: peakBytes() });
  return { outcome: 'finished', step, task: parts.objective.task, result, choice, metrics, stepSeconds: seconds };
}

/** What the result is worth, and what it forgot. The run cannot go on after this: its memory is freed. */
async function judgeResult(prepared: PreparedRun, result: string): Promise<void> {
  freeTraining(prepared);
  await compareResult(prepared, result);
  await recordForgetting(prepared, result);
  await recordOverfitting(prepared, result);
}

async function checkBefore(prepared: PreparedRun): Promise<void> {
  const { context, parts, options } = prepared;
  await preflight({
    parts,
    options,
    folder: context.folder,
    checkpointsKept: context.recipe.checkpoints.keep + 1,
    comparisonBytes: foreseeComparison(prepared),
    recipe: context.recipe,
    emit: context.emit,
  });
}

function foreseeComparison({ context, loaded, parts, test }: PreparedRun): number {
  const { baselines, max_rows: most } = context.recipe.evaluation;
  if (baselines === 'none' || test.length === 0) return 0;
  const longest = parts.train.reduce((tokens, row) => Math.max(tokens, tokensOf(row)), 0);
  const testRows = Math.min(test.length, most ?? test.length);
  const hasCheap = typeof baselines === 'string' || baselines.includes('cheap');
  return comparisonBytes({ train: loaded.splits.train, testRows, longest, model: parts.model, hasCheap });
}

function unfinished({ trainer, parts }: PreparedRun, outcome: TrainResult['outcome']): TrainResult {
  const { step, seconds } = trainer.state;
  const { task } = parts.objective;
  return { outcome, step, task, result: null, choice: null, metrics: trainer.metricsAt(step), stepSeconds: seconds };
}
