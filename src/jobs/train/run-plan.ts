import { makeSampler, refitMixture, type MixturePart, type Sampler } from '../../data/index.ts';
import { scope } from '../../engine/tensor/index.ts';
import { tokensOf, type PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { SettledTraining } from '../../methods/recipe/base-recipe.ts';
import { warmupSteps } from '../../methods/recipe/rate-schedule.ts';
import type { TrainerOptions } from '../../training/trainer-parts.ts';
import type { RunConstants } from '../../training/trainer-state.ts';
import { convolutionBytesPerToken, type MemoryPlan } from '../../answering/model/resources.ts';
import { planRunMemory, type MemoryRequest } from './plan-memory.ts';
import { refuseUnprivate, secretOf } from './privacy.ts';
import type { ReadRows } from './read-rows.ts';
import { settleTraining } from './settle-training.ts';
import type { TunedModel } from './tuned-model.ts';

/** Decisions made before the first step and saved with every checkpoint. */
export type Decided = Omit<RunConstants, 'rowsApart'>;

/** Third stage of a run: the rows of its steps, their number, and the memory plan. */
export interface RunPlan {
  tuned: TunedModel;
  decided: Decided;
  mixture: readonly MixturePart[] | undefined;
  sampler: Sampler;
  options: TrainerOptions;
}

export async function planRun(tuned: TunedModel): Promise<RunPlan> {
  const { rows, model } = tuned;
  const { loaded, objective, train } = rows;
  const decided = await decide(tuned, await settleTraining(rows));
  const mixture = loaded.mixture && refitMixture(loaded.mixture, train.rowOf);
  if (decided.secret !== undefined) refuseUnprivate({ objective, model, mixture });
  const sampler = createSampler(rows, decided, mixture);
  return { tuned, decided, mixture, sampler, options: trainerOptions(rows, decided, sampler.batchesPerEpoch) };
}

async function decide(tuned: TunedModel, training: SettledTraining): Promise<Decided> {
  const { context, tokenizer } = tuned.rows;
  const { microBatchTokens, checkpointing } = context.earlier ?? (await fitMemory(tuned));
  const secret = await secretOf(context);
  const begun = context.shares ?? context.group?.size;
  const shares = context.earlier === undefined ? begun : context.earlier.shares;
  const space = tokenizer.answerSpace ? { answerSpace: true } : {};
  const shared = shares === undefined ? {} : { shares };
  return { now: context.now, microBatchTokens, checkpointing, training, ...shared, ...space, ...secret };
}

/** Plans for the memory available now. */
async function fitMemory(tuned: TunedModel): Promise<MemoryPlan> {
  const planned = await planRunMemory(await memoryRequest(tuned));
  const { emit } = tuned.rows.context;
  if (planned.note !== undefined) emit({ type: 'phase-started', phase: 'engine', message: planned.note });
  return planned;
}

/** Facts about a run's model and rows from which its memory is planned. */
export async function memoryRequest({ rows, model, tuning }: TunedModel): Promise<MemoryRequest> {
  const { objective, train, validation } = rows;
  const { recipe } = rows.context;
  const [first] = train.rows;
  const largest = (row: PreparedRow) => tokensOf(objective.production?.largest(row) ?? row);
  const longest = [...train.rows, ...validation.rows].reduce((most, row) => Math.max(most, largest(row)), 0);
  const [sample] = first.media === undefined ? [] : ((await objective.load?.([first])) ?? []);
  const perToken = sample && scope(() => convolutionBytesPerToken(model, objective.collate([sample]).input));
  return { recipe, model, tuning, objective, longest, perToken };
}

function createSampler(
  { context: { recipe }, train: { rows } }: ReadRows,
  { microBatchTokens, training, secret, shares }: Decided,
  mixture: readonly MixturePart[] | undefined,
): Sampler {
  return makeSampler({
    rows: rows.length,
    lengths: rows.map(tokensOf),
    batchSize: training.batch_size,
    // The rows of a private step are as secret as its noise.
    seed: secret ?? recipe.training.seed,
    microBatchTokens: recipe.data.packing ? microBatchTokens : undefined,
    mixture,
    shares,
    isPoisson: secret !== undefined,
  });
}

/** Converts the recipe's schedule to steps of this data set. */
function trainerOptions(
  { context: { recipe, pauseAt } }: ReadRows,
  { training: { epochs, learning_rate }, microBatchTokens, shares, checkpointing }: Decided,
  batchesPerEpoch: number,
): TrainerOptions {
  const { training, evaluation, checkpoints } = recipe;
  const planned = Math.max(1, Math.round(epochs * batchesPerEpoch));
  const totalSteps = training.max_steps ?? planned;
  const inSteps = (every: 'epoch' | 'never' | number) =>
    every === 'epoch' ? batchesPerEpoch : every === 'never' ? 0 : every;
  return {
    schedule: {
      scheduler: training.scheduler,
      options: training.scheduler_options,
      learningRate: learning_rate,
      warmupSteps: warmupSteps(training, totalSteps),
      totalSteps,
    },
    weightDecay: training.weight_decay,
    maxGradNorm: training.max_grad_norm,
    seed: training.seed,
    microBatchTokens,
    shares,
    checkpointing,
    evaluateEvery:
      typeof evaluation.every === 'object'
        ? evaluation.every.map((share) => shareInSteps(share, totalSteps))
        : inSteps(evaluation.every),
    saveEvery: inSteps(checkpoints.every),
    patience: evaluation.patience,
    keepBest: checkpoints.best,
    pauseAt: typeof pauseAt === 'object' ? shareInSteps(pauseAt.share, totalSteps) : pauseAt,
  };
}

/** The step that completes a share of the run. */
function shareInSteps(share: number, totalSteps: number): number {
  return Math.max(1, Math.round(share * totalSteps));
}
