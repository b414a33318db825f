import { smallest } from '../base/many.ts';
import type { Sampler } from '../data/sampler.ts';
import { isDivergence } from './diverged.ts';
import { evaluateRows } from './evaluate-losses.ts';
import type { PreparedRow } from '../answering/tasks/rows/prepared-rows.ts';
import { learningRateAt } from '../methods/recipe/rate-schedule.ts';
import { trainStep } from './train-step.ts';
import type { TrainerOptions, TrainerParts } from './trainer-parts.ts';

export interface RateTrial {
  rate: number;
  /** Loss on held-out rows after the trial; null if it diverged. */
  loss: number | null;
}

export interface RateTrials {
  /** In the order of their rates. */
  trials: readonly RateTrial[];
  /** Loss on the same rows before any step. */
  startLoss: number;
  /** Steps per trial. */
  steps: number;
  chosen: number;
}

export interface TrialPlan {
  /** The rate to try first. */
  around: number;
  /** Steps per trial. */
  steps: number;
  /** Resets weights and moments to the start of the run. */
  restore(): void;
  /** Called after each step, with the number of trials started. */
  onStep(trial: number, step: number): void;
  signal: AbortSignal;
}

/** Ratio of consecutive rates. */
const FACTOR = 3;
/** The first rate, its two neighbours, and two more in the better direction. */
export const MOST_TRIALS = 5;
/** Losses within this share of the progress count as equal; then the lower rate is safer. */
const ALIKE = 0.02;
const MOST_PROBE_BATCHES = 16;

/**
 * Trains a few steps at several rates, each from the same start and with the run's schedule scaled down, and chooses
 * the rate with the lowest loss on held-out rows. The search extends from the first rate in either direction as long as
 * the loss improves.
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

/** The rate with the lowest loss; halved if the next higher rate ended worse than the start. */
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

/** Infinity if the trial diverged. */
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

/** Splits the first epoch's batches: the last fifth is held out, the rest is for training. */
function divided({ sampler, train }: TrainerParts): { probe: PreparedRow[]; batches: PreparedRow[][][] } {
  const all = batchesOf(sampler);
  const measured = Math.min(MOST_PROBE_BATCHES, Math.max(1, Math.floor(all.length / 5)));
  // A single batch has to serve as both.
  const trained = all.length === 1 ? all : all.slice(0, -measured);
  const rowsOf = (batch: number[][]) => batch.map((rows) => rows.map((row) => train[row]));
  return { probe: all.slice(-measured).flatMap(rowsOf).flat(), batches: trained.map(rowsOf) };
}

function batchesOf(sampler: Sampler): number[][][] {
  return Array.from({ length: sampler.batchesPerEpoch }, (_, index) => sampler.batchAt(0, index).microBatches);
}

/** Two significant digits. */
function short(rate: number): number {
  return Number(rate.toPrecision(2));
}
