/** Input and result of the training job. */
import type { DataPrepared, Metrics, ResultChoice } from '../../base/events.ts';
import type { Task } from '../../models/architecture.ts';
import type { Launch } from '../../engine/group/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { SettledTraining } from '../../methods/recipe/base-recipe.ts';
import type { CourseAdvice } from '../../training/reward-course.ts';

export interface TrainInput {
  recipe: Recipe;
  /** Profiles the second and third step operator by operator. */
  profile?: boolean;
  /** Stops after the preflight. */
  dryRun?: boolean;
  /** Resumes from the newest checkpoint in the folder. */
  resume?: boolean;
  /** Stops with a checkpoint once this many steps are done, or this share of them, even after the last one. */
  pauseAt?: number | { share: number };
  /** Whether the checkpoint's weights come from a federation: they are evaluated, and `retention.l2_sp` pulls towards them. */
  isRound?: boolean;
  /** Checkpoint of a run to repeat, with its decisions at run time (clock, micro-batches). */
  like?: string;
  /** The place of this process among those that share the run, if a launcher started several. */
  launch?: Launch;
}

export interface TrainResult {
  /** `followed`: another process leads the run, and has its result. */
  outcome: 'finished' | 'stopped' | 'paused' | 'dry-run' | 'followed';
  step: number;
  /** Task of the model: chatting needs `causal-lm`. */
  task: Task;
  /** Folder of the adapter or the model. */
  result: string | null;
  /** Step of its weights; null without a result. */
  choice: ResultChoice | null;
  /** Validation metrics of the result's step, or else of the last one. */
  metrics: Metrics;
  /** Time of the optimiser steps alone, without validation. */
  stepSeconds: number;
  /** Training settings that the recipe left open; null for systems without steps. */
  training: SettledTraining | null;
  /** Suggested changes, if the losses have not converged. */
  advice: CourseAdvice | null;
  /** Plan of the run, for dry runs. */
  plan?: TrainPlan;
  /** State of a run that paused. */
  paused?: PausedState;
}

export interface PausedState {
  steps: number;
  inputTokens: number;
  /** Lowest validation loss of a trained step; null if there was no validation. */
  loss: number | null;
  /** Losses of the first validation rows at the last evaluation. */
  rowLosses: readonly number[];
}

/** Cost of a run, measured on its largest batch; a cheap system has neither tokens nor steps. */
export interface TrainPlan {
  /** Rows of each split. */
  rows: DataPrepared['rows'];
  /** Tokens per epoch: read and trained. */
  tokens: { input: number; loss: number };
  steps: number;
  secondsPerStep: number;
  seconds: number;
  memory: { peakBytes: number; availableBytes: number };
  disk: { bytes: number; freeBytes: number };
}
