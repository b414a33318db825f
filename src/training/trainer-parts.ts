/** Parts, options and hooks of a trainer. */
import type { EventSink, SampledAnswer } from '../base/events.ts';
import type { PreparedRow, Reference } from '../answering/tasks/rows/prepared-rows.ts';
import type { Sampler } from '../data/sampler.ts';
import type { Tuning, Update } from '../methods/interfaces.ts';
import type { Schedule } from '../methods/recipe/rate-schedule.ts';
import type { Model } from '../models/model.ts';
import type { Checkpointing } from '../models/tape.ts';
import type { Measure } from './evaluate-losses.ts';
import type { LossScale } from './loss-scale.ts';
import type { Objective } from './objective.ts';
import type { Rollouts } from './produce.ts';
import type { Shared } from './shared/shared.ts';
import type { TrainerState } from './trainer-state.ts';

export interface TrainerParts {
  model: Model;
  tuning: Tuning;
  update: Update;
  objective: Objective;
  /** Required by objectives with a reference model, as is `rollouts`. */
  reference?: Reference;
  rollouts?: Rollouts;
  /** The processes that share the steps; undefined for one process. */
  shared?: Shared;
  /** Only for training in f16. */
  lossScale?: LossScale;
  /** Private updates: whether per-row norms can be computed from batches. */
  rowsApart?: boolean;
  train: readonly PreparedRow[];
  validation: readonly PreparedRow[];
  sampler: Sampler;
  measure?: Measure;
}

export interface TrainerOptions {
  schedule: Schedule;
  weightDecay: number;
  maxGradNorm: number;
  seed: number;
  microBatchTokens: number;
  /** Number of equal shares of a step, for as many processes. */
  shares?: number;
  checkpointing: Checkpointing;
  /** Steps between evaluations (or the steps themselves) and between checkpoints; 0 for never. The last step always does both. */
  evaluateEvery: number | readonly number[];
  saveEvery: number;
  /** Evaluations without a better loss before training stops; null for no limit. */
  patience: number | null;
  /** Whether a step with the best loss is saved at once. */
  keepBest: boolean;
  /** Step after which training stops with a checkpoint, even if it is the last one. */
  pauseAt?: number;
}

export interface TrainerHooks {
  emit: EventSink;
  signal: AbortSignal;
  save(state: TrainerState): Promise<void>;
  /** Answers a few validation rows with the current weights, after each evaluation. */
  answerSamples?(): Promise<readonly SampledAnswer[]>;
  /** Wraps a step's computation, for observers. */
  aroundStep?: <T>(body: () => Promise<T>, rows: readonly PreparedRow[]) => Promise<T>;
}
