import { rmSync } from 'node:fs';
import { temporaryFolder } from '../../files/temporary.ts';
import { AttuneError } from '../../base/errors.ts';
import { bytesOf, sizeAsWritten } from '../../base/byte-size.ts';
import type { EventSink, PreflightFinished, WarningRaised } from '../../base/events.ts';
import { formatBytes } from '../../base/format.ts';
import type { Sampler } from '../../data/index.ts';
import { writeFailure } from '../../files/atomic.ts';
import { engine, synchronise } from '../../engine/tensor/index.ts';
import { evaluateRows } from '../../training/evaluate-losses.ts';
import { tokensOf, type PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Objective } from '../../training/objective.ts';
import type { Update } from '../../methods/interfaces.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { packed, type StepContext, type StepPacking } from '../../training/produce.ts';
import { trainStep } from '../../training/train-step.ts';
import { newTrainerState, writeState, type RunConstants } from '../../training/trainer-state.ts';
import type { TrainerHooks, TrainerOptions, TrainerParts } from '../../training/trainer-parts.ts';
import { watchDevice } from './device-memory.ts';
import { PROCESS_BYTES } from '../estimate/machines.ts';
import { availableBytes, freeDiskBytes, peakBytes } from '../../answering/model/resources.ts';

export interface PreflightRequest {
  parts: TrainerParts;
  options: TrainerOptions;
  folder: string;
  /** Number of checkpoints on disk at the same time. */
  checkpointsKept: number;
  /** Memory of the final comparison, if there is one. */
  comparisonBytes: number;
  recipe: Recipe;
  constants: RunConstants;
  /** The run's first step, for objectives that produce their own rows. */
  step: StepContext;
  /** As after each evaluation. */
  answerSamples?: TrainerHooks['answerSamples'];
  emit: EventSink;
}

/**
 * Plans the run, then tries its most demanding parts: the step with the most tokens, an evaluation batch, a save. Any
 * failure here would otherwise occur after hours. The run is not changed: no update is applied and gradients are
 * cleared. Objectives that sample answers sample those of the first step, which take most of a step's time and memory.
 */
export async function preflight(request: PreflightRequest): Promise<PreflightFinished> {
  const { parts, options, folder } = request;
  const { max_memory: maxMemory } = request.recipe.training;
  const { objective } = parts;
  const tried = objective.production === undefined ? 'the largest batch' : 'the largest batch, the first rollouts';
  request.emit({ type: 'phase-started', phase: 'preflight', message: `trying ${tried}, an evaluation and a save` });
  const before = availableBytes();
  const [startPeak, loaded] = [peakBytes(), engine().residentBytes()];
  const watched = watchDevice(parts.model.device);
  const worst = largestBatches(worstStep(parts.sampler, parts.train), parts, options);
  const remembered = objective.memory?.state();
  const seconds = await timeStep(request, worst);
  const produced = objective.production && (await timeProduced(request, objective.production, seconds));
  if (remembered !== undefined) objective.memory?.restore(remembered);
  await tryEvaluation(parts, options);
  // Rollouts have been tried.
  if (objective.production === undefined) await request.answerSamples?.();
  const diskBytes = trySave(request) * (request.checkpointsKept + 1);
  const device = watched?.();
  // The comparison runs after the training's memory has been freed.
  const peak = Math.max(stepBytes(objective), loaded + request.comparisonBytes);
  const secondsPerStep = produced ?? seconds * usualShare(parts, worst);
  const { totalSteps: steps } = options.schedule;
  const finished: PreflightFinished = {
    type: 'preflight-finished',
    peakBytes: peak,
    availableBytes: before + startPeak,
    ...(maxMemory !== null && { maxMemory }),
    ...(device !== undefined && { device }),
    diskBytes,
    freeDiskBytes: freeDiskBytes(folder),
    secondsPerStep,
    totalSeconds: secondsPerStep * steps,
    steps,
  };
  request.emit(finished);
  if (maxMemory !== null && peak > bytesOf(maxMemory)) request.emit(tooLarge(peak, maxMemory));
  refuseDisk(finished, folder);
  return finished;
}

/** Growth of the heap while a run samples answers, after its first rollouts: measured at 42 to 66 MiB. */
const ROLLOUT_HEAP = 48 * 2 ** 20;

function stepBytes({ production }: Objective): number {
  return peakBytes() + (production === undefined ? 0 : ROLLOUT_HEAP);
}

/** max_memory is a target for planning, not a hard limit: the run continues with a warning. */
function tooLarge(peak: number, maxMemory: number | string): WarningRaised {
  const took = `steps need ${formatBytes(peak)}, more than max_memory ${sizeAsWritten(maxMemory)}`;
  const process = `libtorch and the program use about ${formatBytes(PROCESS_BYTES.processor)} of it`;
  const less = 'shorter rows (data.max_length), storage: nf4, precision: bf16 or a smaller model need less';
  return { type: 'warning-raised', code: 'W_MAX_MEMORY', message: `${took} (${process}); ${less}` };
}

/** The step of the first epoch with the most tokens. */
function worstStep(sampler: Sampler, rows: readonly PreparedRow[]): PreparedRow[][] {
  let worst: PreparedRow[][] = [];
  let most = -1;
  for (let index = 0; index < sampler.batchesPerEpoch; index++) {
    const batch = sampler.batchAt(0, index);
    const tokens = batch.rows.reduce((sum, row) => sum + tokensOf(rows[row]), 0);
    if (tokens <= most) continue;
    most = tokens;
    worst = batch.microBatches.map((indices) => indices.map((i) => rows[i]));
  }
  return worst;
}

/** Includes rows that the objective may produce, packed as in a step. */
export function largestBatches(
  worst: PreparedRow[][],
  { objective: { production } }: { objective: Pick<Objective, 'production'> },
  options: StepPacking,
): PreparedRow[][] {
  if (production === undefined) return worst;
  const largest = worst.flat().map((row) => production.largest(row));
  return packed(largest, options);
}

/** Tokens of a usual step relative to the largest. */
function usualShare({ sampler, train }: TrainerParts, worst: readonly PreparedRow[][]): number {
  const mean = tokensIn(train) / Math.max(1, sampler.batchesPerEpoch);
  return Math.min(1, mean / tokensIn(worst.flat()));
}

function tokensIn(rows: readonly PreparedRow[]): number {
  return rows.reduce((sum, row) => sum + tokensOf(row), 0);
}

async function timeStep({ parts, options }: PreflightRequest, microBatches: PreparedRow[][]): Promise<number> {
  const started = performance.now();
  await trainStep(
    { ...parts, update: gradientsOnly(parts), lossScale: undefined },
    {
      microBatches,
      step: 0,
      seed: options.seed,
      checkpointing: options.checkpointing,
      options: { learningRate: 0, weightDecay: 0, maxGradNorm: 0 },
    },
  );
  synchronise(parts.model.device);
  return (performance.now() - started) / 1000;
}

/** A complete step including its rollouts, on the run's first rows; `update`: seconds of an update with known rows. */
async function timeProduced(
  request: PreflightRequest,
  production: NonNullable<Objective['production']>,
  update: number,
): Promise<number> {
  const { parts, options, step } = request;
  const rows = parts.sampler.batchAt(0, 0).rows.map((row) => parts.train[row]);
  const started = performance.now();
  const { updates } = await production.produce(rows, step);
  for (const produced of updates) await timeStep(request, packed(produced, options));
  const seconds = (performance.now() - started) / 1000;
  // The run's own first step must start without the cached keys and values of this trial.
  parts.rollouts?.weightsMoved();
  return updates.length === 0 ? seconds + update : seconds;
}

/** An update that computes gradients without changing weights. */
function gradientsOnly({ model, tuning, objective, update: { needs } }: TrainerParts): Update {
  const moving = () => [...tuning.trainables, ...(objective.trainables?.(model) ?? [])];
  const clear = () => {
    for (const { parameter } of moving()) parameter.tensor.grad = undefined;
    return 0;
  };
  const still: Update = { step: clear, state: () => new Map(), load: () => undefined };
  if (needs === undefined) return still;
  const drive: Update['drive'] = async (passes) => {
    if (needs === 'losses') return { perRow: await passes.losses(), gradNorm: 0 };
    // All rows at once if possible, as in the real update.
    const cut = await passes.cutGradients?.(moving(), () => 1);
    const { losses: perRow } = cut ?? (await passes.rowGradients(moving(), () => 1));
    return { perRow, gradNorm: clear() };
  };
  return { ...still, drive };
}

/** The evaluation batch with the most tokens. */
async function tryEvaluation(parts: TrainerParts, { microBatchTokens }: TrainerOptions): Promise<void> {
  if (parts.objective.production?.evaluate !== undefined) return;
  const longest = parts.validation.toSorted((a, b) => tokensOf(b) - tokensOf(a));
  let tokens = 0;
  const rows = longest.filter((row) => (tokens += tokensOf(row)) <= microBatchTokens);
  if (rows.length > 0) await evaluateRows(parts, rows, { microBatchTokens });
}

function trySave({ folder, parts, recipe, constants }: PreflightRequest): number {
  const draft = makeDraft(folder);
  try {
    return writeState(draft, newTrainerState(), { ...parts, recipe, constants });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function makeDraft(folder: string): string {
  try {
    return temporaryFolder('preflight', folder);
  } catch (error) {
    throw writeFailure(folder, error);
  }
}

function refuseDisk({ diskBytes, freeDiskBytes: free }: PreflightFinished, folder: string): void {
  if (diskBytes <= free) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  throw new AttuneError('E_DISK_FULL', {
    what: `The checkpoints of this run do not fit on the disk of ${folder}`,
    got: `${gigabytes(free)} free`,
    expected: `${gigabytes(diskBytes)}`,
    fix: 'free some space, choose another output_dir, or keep fewer checkpoints (checkpoints.keep)',
  });
}
