import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import type { Metrics } from '../base/events.ts';
import { readJson, writeJson } from '../files/json.ts';
import { noGrad, SafetensorsFile, scope, writeSafetensors, type Tensor } from '../engine/tensor/index.ts';
import type { LossScaleState } from './loss-scale.ts';
import type { Objective } from './objective.ts';
import type { Tuning, Update } from '../methods/interfaces.ts';
import type { SettledTraining } from '../methods/recipe/base-recipe.ts';
import type { Checkpointing } from '../models/tape.ts';

/** All state of a run except tensors; complete together with weights, moments and recipe. */
export interface TrainerState {
  /** Optimiser steps done. */
  step: number;
  /** Position of the sampler. */
  epoch: number;
  index: number;
  /** Updates of the weights: one per step, unless a step makes several. */
  updates: number;
  /** Steps skipped since their gradients overflowed f16; the schedule does not count them. */
  skipped: number;
  inputTokens: number;
  lossTokens: number;
  /** Validation before the first step. */
  initial: Evaluated | null;
  /** The trained step with the lowest validation loss so far. */
  best: Evaluated | null;
  /** The last evaluation's metrics. */
  evaluated: Metrics;
  /** Evaluations since the best one. */
  stale: number;
  /** Losses of the first validation rows at the last evaluation, for row-by-row comparison with the next one. */
  rowLosses: readonly number[];
  /** Seconds trained, over all resumes. */
  seconds: number;
  /** Training by the runs that this one continues. */
  before: EarlierTraining;
  /** Only for training in f16. */
  lossScale?: LossScaleState;
}

/** Updates and epochs of earlier runs, from which random numbers and the rows' order continue. */
export interface EarlierTraining {
  steps: number;
  epochs: number;
}

/** Validation result of a step's weights. */
export interface Evaluated {
  step: number;
  loss: number;
  metrics: Metrics;
}

/** Decisions made at the start of a run and kept when it resumes. */
export interface RunConstants {
  /** Current time for templates. */
  now: Date;
  microBatchTokens: number;
  /** Number of equal shares that a step is divided into: the number of processes at the start; absent for one. */
  shares?: number;
  checkpointing: Checkpointing;
  /** Whether a space separates plain answers from prompts; absent in older runs. */
  answerSpace?: boolean;
  training: SettledTraining;
  /** Private runs: key of noise and batches. Not stored in checkpoints. */
  secret?: number;
  /** Private runs: whether per-row norms can be computed from batches. */
  rowsApart?: boolean;
}

interface SavedState extends TrainerState {
  constants: Omit<RunConstants, 'now' | 'training' | 'secret'> & { now: string; training?: SettledTraining };
}

export function newTrainerState(): TrainerState {
  return {
    step: 0,
    epoch: 0,
    index: 0,
    updates: 0,
    skipped: 0,
    inputTokens: 0,
    lossTokens: 0,
    initial: null,
    best: null,
    evaluated: {},
    stale: 0,
    rowLosses: [],
    seconds: 0,
    before: { steps: 0, epochs: 0 },
  };
}

const WEIGHTS = 'weights.safetensors';
const OPTIMIZER = 'optimizer.safetensors';
/** Only for objectives with state. */
const OBJECTIVE = 'objective.safetensors';
/** The tensors of a checkpoint. */
export const TENSOR_FILES = [WEIGHTS, OPTIMIZER] as const;
/** All tensor files that a checkpoint may have. */
export const ALL_TENSOR_FILES = [...TENSOR_FILES, OBJECTIVE] as const;
const STATE = 'trainer_state.json';
const RECIPE = 'recipe.json';

export interface CheckpointParts {
  tuning: Tuning;
  update: Update;
  objective: Pick<Objective, 'memory'>;
  recipe: unknown;
  constants: RunConstants;
  /** The update's complete state; by default requested from the update. */
  moments?: ReadonlyMap<string, Tensor>;
}

/** Writes the whole state to a folder; returns its size in bytes. */
export function writeState(folder: string, state: TrainerState, parts: CheckpointParts): number {
  const weights = writeWeights(folder, parts.tuning);
  const moments = scope(() => writeSafetensors(join(folder, OPTIMIZER), parts.moments ?? parts.update.state()));
  const remembered = parts.objective.memory?.state();
  const kept = remembered === undefined ? 0 : scope(() => writeSafetensors(join(folder, OBJECTIVE), remembered));
  const { secret: _, ...constants } = parts.constants;
  writeJson(join(folder, STATE), {
    ...state,
    constants: { ...constants, now: constants.now.toISOString() },
  } satisfies SavedState);
  writeJson(join(folder, RECIPE), parts.recipe);
  return weights + moments + kept;
}

/** Writes only the weights; returns the file's size in bytes. */
export function writeWeights(folder: string, tuning: Tuning): number {
  return scope(() => writeSafetensors(join(folder, WEIGHTS), tuning.state()));
}

/** Restores a saved state, including weights and moments. */
export function readState(folder: string, parts: Omit<CheckpointParts, 'recipe' | 'constants'>): TrainerState {
  // Older checkpoints lack the newest fields.
  const saved = readJson<SavedState>(join(folder, STATE));
  const { constants: _, ...state } = { ...newTrainerState(), ...saved, updates: updatesOf(saved) };
  if (!Number.isInteger(state.step) || !Number.isInteger(state.epoch)) {
    throw new AttuneError('E_CHECKPOINT_BAD', {
      what: `${join(folder, STATE)} is not a valid training state`,
      fix: 'resume from another checkpoint',
    });
  }
  readTensors(folder, parts);
  return state;
}

/** Amount of training up to a state from which a new run continues. */
export function readEarlier(folder: string): EarlierTraining {
  const saved = readJson<SavedState>(join(folder, STATE));
  const { epoch, index, before } = { ...newTrainerState(), ...saved };
  return { steps: before.steps + updatesOf(saved), epochs: index === 0 ? epoch : epoch + 1 };
}

/** Older checkpoints lack the count; each of their steps is one update. */
function updatesOf({ updates, step }: Partial<TrainerState> & Pick<TrainerState, 'step'>): number {
  return updates ?? step;
}

/** Restores only a checkpoint's weights, moments and the objective's state. */
export function readTensors(folder: string, parts: Omit<CheckpointParts, 'recipe' | 'constants'>): void {
  readWeights(folder, parts.tuning);
  withTensors(join(folder, OPTIMIZER), (tensors) => parts.update.load(tensors));
  const { memory } = parts.objective;
  if (memory !== undefined) withTensors(join(folder, OBJECTIVE), (tensors) => memory.restore(tensors));
}

/** Decisions at the start of the checkpoint's run. */
export function readConstants(folder: string): RunConstants {
  const { constants } = readJson<SavedState>(join(folder, STATE));
  // Older checkpoints lack settings that were always in their recipes.
  const recipe = readJson<{ training: SettledTraining }>(join(folder, RECIPE));
  return { ...constants, training: constants.training ?? recipe.training, now: new Date(constants.now) };
}

/** Restores only the weights, for the result. */
export function readWeights(folder: string, tuning: Tuning): void {
  withTensors(join(folder, WEIGHTS), (tensors) => tuning.load(tensors));
}

function withTensors(path: string, use: (tensors: ReadonlyMap<string, Tensor>) => void): void {
  using file = new SafetensorsFile(path);
  noGrad(() => scope(() => use(new Map(file.names.map((name) => [name, file.get(name)])))));
}
