import { unlessStopped } from '../../base/turn.ts';
import { onDevice } from '../../base/wanted-device.ts';
import { plural } from '../../base/format.ts';
import type { PreflightFinished } from '../../base/events.ts';
import { listCheckpoints } from '../../store/checkpoints.ts';
import type { Group } from '../../engine/group/index.ts';
import { newRunId } from '../../store/run-folder.ts';
import { currentDevice, engineIdentity } from '../../engine/tensor/index.ts';
import type { SettledTraining } from '../../methods/recipe/base-recipe.ts';
import { readConstants } from '../../training/trainer-state.ts';
import { isCheapModel } from '../../answering/baselines/cheap-names.ts';
import { trainCheap } from './cheap/train-cheap.ts';
import { askedModel } from '../../store/asking-ways.ts';
import { trainPrompted } from './prompted/train-prompted.ts';
import { checkEvaluation, type EvaluationPlan } from '../evaluate/check-evaluation.ts';
import { tokensOf } from '../../answering/tasks/rows/prepared-rows.ts';
import { peakBytes } from '../../answering/model/resources.ts';
import { comparisonBytes } from './comparison-memory.ts';
import { rowsWanted } from '../../evaluation/compare/sampled-rows.ts';
import { compareResult } from '../compare/final-comparison.ts';
import { beginWhereOtherEnded } from './continued-run.ts';
import { recordWording } from '../compare/measure-wording.ts';
import { usualSystems } from '../compare/usual-systems.ts';
import { chooseNullThreshold } from './result/choose-null-threshold.ts';
import { chooseResult, measureResult } from './result/choose-result.ts';
import { chooseThresholds } from './result/choose-thresholds.ts';
import { findLearningRate, needsTrials } from './find-learning-rate.ts';
import { recordCourse, recordRewards } from './judge-course.ts';
import { recordForgetting } from './result/measure-forgetting.ts';
import { recordOverfitting } from './result/measure-overfitting.ts';
import { explainingMemory, refuseDevice } from './device-memory.ts';
import { preflight } from './preflight.ts';
import { forgetShares, keepShares, keptShares } from './kept-shares.ts';
import { forgetSecret } from './privacy.ts';
import type { ReadRows } from './read-rows.ts';
import { follow, joinOthers, meetAtEnd, meetOthers, sharePlan, trainTogether, unfinished } from './shared-run.ts';
import { prepareRun, type TrainingRun } from './training-run.ts';
import type { TunedModel } from './tuned-model.ts';
import { writeResult } from './result/write-result.ts';
import type { JobContext } from '../../base/job.ts';
import type { PausedState, TrainResult, TrainPlan, TrainInput } from './train-job.ts';

/** A whole training run: data, preflight, training, result. */
export async function run(input: TrainInput, context: JobContext): Promise<TrainResult> {
  if (isCheapModel(input.recipe.model)) return trainCheap(input, context);
  if (askedModel(input.recipe.model) !== undefined) return trainPrompted(input, context);
  // Processes on one machine use different GPUs.
  const device = onDevice(input.recipe.device, () => currentDevice(input.launch?.localRank));
  return onDevice(device, () => trainShared(input, context));
}

async function trainShared(input: TrainInput, context: JobContext): Promise<TrainResult> {
  await using group = await joinOthers(input, context);
  // Awaited, so that the group stays open until the run ends.
  return group !== undefined && group.rank > 0
    ? await follow(input, context, group)
    : await trainModel(input, context, group);
}

async function trainModel(input: TrainInput, context: JobContext, group: Group | undefined): Promise<TrainResult> {
  const { emit, signal } = context;
  const folder = context.folder ?? input.recipe.output_dir;
  const latest = input.resume === true ? listCheckpoints(folder).at(-1) : undefined;
  const decided = latest?.folder ?? input.like;
  const earlier = decided === undefined ? undefined : readConstants(decided);
  const now = earlier?.now ?? new Date();
  const began = { run: newRunId(now), folder, base: process.cwd(), recipe: input.recipe };
  emit({ type: 'run-started', ...began, identity: engineIdentity() });
  const training = await prepareRun({
    recipe: input.recipe,
    folder,
    emit,
    signal,
    now,
    earlier,
    shares: input.resume === true ? keptShares(folder) : undefined,
    isResumed: latest !== undefined,
    profile: input.profile,
    pauseAt: input.pauseAt,
    group,
  });
  await sharePlan(training, group);
  const { rows, plan } = training;
  const isResumed = input.resume === true && training.resume();
  if (isResumed && input.isRound === true) await training.beginRound();
  if (!isResumed) await beginWhereOtherEnded(training);
  // A repeated run has been checked before.
  if (!isResumed && input.like === undefined) await checkEvaluation(evaluationOf(rows));
  const measured = isResumed ? undefined : await explainingMemory(training, () => checkBefore(training));
  if (input.dryRun === true) return { ...unfinished(training, 'dry-run'), plan: measured && planOf(rows, measured) };
  keepShares(folder, training.constants);
  await meetOthers(training, group);
  if (needsTrials(rows.context)) await findLearningRate(training);
  const message = `training for ${plural(plan.options.schedule.totalSteps, 'steps')}`;
  emit({ type: 'phase-started', phase: 'train', message });
  const outcome = await explainingMemory(training, () => trainTogether(training));
  if (outcome === 'paused') return { ...unfinished(training, outcome), paused: pausedState(training) };
  if (outcome !== 'finished') return unfinished(training, outcome);
  // A repeated run only needs its weights.
  return finish(training, { isJudged: input.like === undefined, group });
}

function pausedState({ trainer, plan }: TrainingRun): PausedState {
  const { best, inputTokens, rowLosses } = trainer.state;
  return { steps: plan.options.schedule.totalSteps, inputTokens, loss: best?.loss ?? null, rowLosses };
}

/** Writes the result and assesses it. @throws AttuneError E_RANK_LOST if a process that shares the run is lost meanwhile */
async function finish(
  run: TrainingRun,
  { isJudged, group }: { isJudged: boolean; group: Group | undefined },
): Promise<TrainResult> {
  const finished = await unlessStopped(conclude(run, isJudged), group?.lost);
  await meetAtEnd(group);
  const { choice, result, metrics, stepSeconds: seconds } = finished;
  const { emit } = run.rows.context;
  emit({ type: 'run-finished', step: choice.step, choice, result, metrics, seconds, peakBytes: peakBytes() });
  return finished;
}

async function conclude(run: TrainingRun, isJudged: boolean) {
  const { trainer, rows, plan, constants } = run;
  const { emit, folder } = rows.context;
  forgetSecret(folder);
  forgetShares(folder);
  emit({ type: 'phase-started', phase: 'save', message: 'writing the result' });
  const choice = chooseResult(run);
  const metrics = await measureResult(run, choice);
  if (isJudged) recordRewards(run, choice.step);
  await chooseThresholds(plan.tuned);
  await chooseNullThreshold(plan.tuned);
  const result = await writeResult(run, { step: choice.step, metrics });
  // The run cannot continue after this.
  if (isJudged) run.dispose();
  const { training } = constants;
  const advice = isJudged ? ((await recordCourse(run, choice.step)) ?? null) : null;
  if (isJudged) await judgeResult(rows, result, { training, isFlat: advice?.course === 'flat' });
  const { seconds: stepSeconds, step } = trainer.state;
  const { task } = rows.objective;
  return { outcome: 'finished', step, task, result, choice, metrics, stepSeconds, training, advice } as const;
}

/** Compares the result and runs its assessments. */
async function judgeResult(
  rows: ReadRows,
  result: string,
  trained: { training: SettledTraining; isFlat: boolean },
): Promise<void> {
  const systems = usualSystems(rows.context.recipe, result);
  await compareResult(rows, { result, systems, ...trained });
  await recordWording(rows, result, systems[0]);
  await recordForgetting(rows, result);
  await recordOverfitting(rows, result);
}

function evaluationOf({ context, metrics, objective, loaded, isPromptable }: ReadRows): EvaluationPlan {
  return { recipe: context.recipe, metrics, task: objective.task, test: loaded.splits.test, isPromptable };
}

function planOf({ report }: ReadRows, measured: PreflightFinished): TrainPlan {
  const { steps, secondsPerStep, totalSeconds: seconds, peakBytes, availableBytes } = measured;
  return {
    rows: report.rows,
    tokens: { input: report.inputTokens, loss: report.lossTokens },
    steps,
    secondsPerStep,
    seconds,
    memory: { peakBytes, availableBytes },
    disk: { bytes: measured.diskBytes, freeBytes: measured.freeDiskBytes },
  };
}

async function checkBefore({
  rows,
  plan,
  parts,
  constants,
  trainer,
  answerSamples,
}: TrainingRun): Promise<PreflightFinished> {
  const { recipe, folder, emit } = rows.context;
  const found = await preflight({
    parts,
    options: plan.options,
    constants,
    folder,
    checkpointsKept: recipe.checkpoints.keep + 1,
    comparisonBytes: foreseeComparison(plan.tuned),
    recipe,
    step: trainer.stepContext(),
    answerSamples,
    emit,
  });
  if (found.device !== undefined) await refuseDevice(found.device, plan.tuned);
  return found;
}

function foreseeComparison({ rows: { context, loaded, train, isPromptable }, model }: TunedModel): number {
  const { baselines, max_rows: most } = context.recipe.evaluation;
  const { splits } = loaded;
  if (baselines === 'none' || splits.test.length === 0) return 0;
  const longest = train.rows.reduce((tokens, row) => Math.max(tokens, tokensOf(row)), 0);
  const testRows = Math.min(splits.test.length, rowsWanted(most));
  const hasCheap = typeof baselines === 'string' || baselines.includes('cheap');
  return comparisonBytes({ train: splits.train, testRows, longest, model, isPromptable, hasCheap });
}
