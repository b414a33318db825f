import { smallest } from '../base/many.ts';
import type { Sampler } from '../data/sampler.ts';
import { isDivergence } from './diverged.ts';
import { evaluateRows } from './evaluate-losses.ts';
import type { PreparedRow } from '../answering/tasks/rows/prepared-rows.ts';
import { learningRateAt } from '../methods/recipe/rate-schedule.ts';
import { trainStep } from './train-step.ts';
import type { TrainerOptions, TrainerParts } from './trainer.ts';

export interface RateTrial {
  rate: number;
  /** Loss after the trial on rows that it did not train on; null if it diverged. */
  loss: number | null;
}

export interface RateTrials {
  /** In the order of their rates. */
  trials: readonly RateTrial[];
  /** Loss of the same rows before any step. */
  startLoss: number;
  /** Steps of each trial. */
  steps: number;
  chosen: number;
}

export interface TrialPlan {
  /** The rate that is tried first. */
  around: number;
  /** Steps of each trial. */
  steps: number;
  /** Puts weights and moments back to where the run begins. */
  restore(): void;
  /** After each step, with how many trials have begun. */
  onStep(trial: number, step: number): void;
  signal: AbortSignal;
}

/** A rate and the next that is tried. */
const FACTOR = 3;
/** The first one, its two neighbours, and two more in the better direction. */
export const MOST_TRIALS = 5;
/** Losses nearer than this share of the progress are alike: the lower rate is the safer one. */
const ALIKE = 0.02;
const MOST_PROBE_BATCHES = 16;

/**
 * Trains a few steps at several rates, each time from the same start and under the run's schedule scaled down, and
 * takes the rate with the lowest loss on held-out rows. The search extends from the first rate to either side as long
 * as the loss improves.
 */
export async function tryRates(parts: TrainerParts, options: TrainerOptions, plan: TrialPlan): Promise<RateTrials> {
  const { probe, batches } = divided(parts);
  const probeLoss = async () => (await evaluateRows(parts, probe, options)).metrics.loss;
  const startLoss = await probeLoss();
  const trials: RateTrial[] = [];
  const attempt = async (rate: number): Promise<number> => {
    const loss = await lossAfter(parts, options, { ...plan, rate, batches, trial: trials.length, probeLoss });
    trials.push({ rate, loss: Number.isFinite(loss) ? loss : null });
    return loss;
  };
  const first = await attempt(plan.around);
  for (const factor of [FACTOR, 1 / FACTOR]) {
    let best = first;
    for (let rate = plan.around * factor; trials.length < MOST_TRIALS; rate *= factor) {
      const loss = await attempt(short(rate));
      if (loss >= best) break;
      best = loss;
    }
  }
  const sorted = trials.toSorted((a, b) => a.rate - b.rate);
  return { trials: sorted, startLoss, steps: plan.steps, chosen: chooseRate(sorted, startLoss) ?? plan.around };
}

/** The rate of the lowest loss; half of it where the next one up lost what the start already had. */
export function chooseRate(trials: readonly RateTrial[], startLoss: number): number | undefined {
  const known = trials.filter((trial): trial is { rate: number; loss: number } => trial.loss !== null);
  if (known.length === 0) return undefined;
  const lowest = smallest(known.map(({ loss }) => loss));
  const enough = lowest + ALIKE * Math.max(0, startLoss - lowest);
  const best = known.toSorted((a, b) => a.rate - b.rate).find(({ loss }) => loss <= enough)!;
  const next = trials.find(({ rate }) => rate > best.rate);
  const isNearDivergence = next !== undefined && (next.loss === null || next.loss > startLoss);
  return isNearDivergence ? short(best.rate / 2) : best.rate;
}

interface TrialRequest extends TrialPlan {
  rate: number;
  batches: readonly (readonly PreparedRow[])[][];
  trial: number;
  probeLoss(): Promise<number>;
}

/** Infinite where the trial diverged. */
async function lossAfter(parts: TrainerParts, options: TrainerOptions, trial: TrialRequest): Promise<number> {
  const { schedule, weightDecay, maxGradNorm, seed, checkpointing } = options;
  const { steps, rate, batches, signal } = trial;
  const warmupSteps = Math.round((schedule.warmupSteps / schedule.totalSteps) * steps);
  const small = { ...schedule, learningRate: rate, totalSteps: steps, warmupSteps };
  try {
    for (let step = 0; step < steps; step++) {
      signal.throwIfAborted();
      const moves = { learningRate: learningRateAt(small, step), weightDecay, maxGradNorm };
      const microBatches = batches[step % batches.length];
      await trainStep(parts, { microBatches, step, seed, checkpointing, options: moves });
      trial.onStep(trial.trial, step + 1);
    }
    const loss = await trial.probeLoss();
    return Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY;
  } catch (error) {
    if (isDivergence(error)) return Number.POSITIVE_INFINITY;
    throw error;
  } finally {
    for (const { parameter } of parts.tuning.trainables) parameter.tensor.grad = undefined;
    trial.restore();
  }
}

/** The first epoch's batches: the last fifth is measured, the others are trained on. */
function divided({ sampler, train }: TrainerParts): { probe: PreparedRow[]; batches: PreparedRow[][][] } {
  const all = batchesOf(sampler);
  const measured = Math.min(MOST_PROBE_BATCHES, Math.max(1, Math.floor(all.length / 5)));
  // A single batch is both: there is nothing else.
  const trained = all.length === 1 ? all : all.slice(0, -measured);
  const rowsOf = (batch: number[][]) => batch.map((rows) => rows.map((row) => train[row]));
  return { probe: all.slice(-measured).flatMap(rowsOf).flat(), batches: trained.map(rowsOf) };
}

function batchesOf(sampler: Sampler): number[][][] {
  return Array.from({ length: sampler.batchesPerEpoch }, (_, index) => sampler.batchAt(0, index).microBatches);
}

/** Two digits. */
function short(rate: number): number {
  return Number(rate.toPrecision(2));
}
