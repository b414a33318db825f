import type { Problem } from './errors.ts';
import type { ProfileFinished } from './profile-event.ts';

/** Streaming results by name: `loss`, `mean_token_accuracy`, `grad_norm`, …; a value may be missing, never NaN. */
export type Metrics = Record<string, number>;

export interface RunStarted {
  type: 'run-started';
  run: string;
  folder: string;
  /** The folder to which the recipe's relative paths refer. */
  base: string;
  /** The resolved recipe, as stored in recipe.json. */
  recipe: unknown;
  /** Other parts of the run's identity: versions, threads, instruction set, hashes. */
  identity: Record<string, string | number>;
}

export interface PhaseStarted {
  type: 'phase-started';
  phase:
    | 'engine'
    | 'data'
    | 'preflight'
    | 'train'
    | 'evaluate'
    | 'save'
    | 'export'
    | 'download'
    | 'verify'
    | 'generate'
    | 'pipeline';
  message: string;
}

/** Progress of a long phase other than training steps: reading, tokenising, downloading, scoring. */
export interface WorkAdvanced {
  type: 'work-advanced';
  phase: PhaseStarted['phase'];
  done: number;
  total?: number;
  unit: string;
}

/** Lengths of rows in tokens. */
export interface LengthSummary {
  min: number;
  median: number;
  p95: number;
  max: number;
  /** Numbers of rows with at least `from` and fewer than `to` tokens; contiguous and in order. */
  histogram?: readonly { from: number; to: number; rows: number }[];
}

export interface DataPrepared {
  type: 'data-prepared';
  format: string;
  rows: { train: number; validation: number; test: number };
  inputTokens: number;
  lossTokens: number;
  lengths: LengthSummary;
  truncated: number;
  dropped: number;
  leftOut?: number;
  hashes: Record<string, string>; // of each split's content
}

/**
 * Source of a value: the recipe, a default for the base model and its rows, or trials of several values; `pending`:
 * trials around it will follow.
 */
export type SettingSource = 'recipe' | 'base' | 'trials' | 'pending';

/** Values left open by the recipe and chosen by the run. */
export interface TrainingSettled {
  type: 'training-settled';
  learning_rate: number;
  epochs: number;
  batch_size: number;
  sources: Record<'learning_rate' | 'epochs' | 'batch_size', SettingSource>;
  /** Basis of the suggestions: "LoRA for sft, a decoder of 5.8 M parameters, 600 rows". */
  basis: string;
}

/** The run's learning rate was chosen by short trials. */
export interface RatesTried {
  type: 'rates-tried';
  /** In ascending order of rate; a diverged trial has no loss. */
  trials: readonly { rate: number; loss: number | null }[];
  startLoss: number;
  /** Steps of each trial. */
  steps: number;
  chosen: number;
}

/** Memory of tensors on a device that has its own memory. */
export interface DevicePreflight {
  /** Such as `cuda:0`. */
  name: string;
  peakBytes: number;
  /** Free memory plus tensors that the run already holds; undefined if the device does not report it. */
  availableBytes?: number;
}

export interface PreflightFinished {
  type: 'preflight-finished';
  peakBytes: number;
  availableBytes: number;
  /** Undefined on the CPU. */
  device?: DevicePreflight;
  /** The recipe's limit, as written: `800MB`, or a number of bytes. */
  maxMemory?: string | number;
  diskBytes: number;
  freeDiskBytes: number;
  secondsPerStep: number;
  totalSeconds: number;
  steps: number;
}

export interface StepFinished {
  type: 'step-finished';
  step: number;
  steps: number;
  epoch: number;
  loss: number;
  grad_norm: number;
  learning_rate: number;
  /** Total tokens of the rows so far, without padding. */
  inputTokens: number;
  /** Total tokens with loss so far. */
  lossTokens: number;
  /** Input tokens per second of this step. */
  tokensPerSecond: number;
  secondsLeft: number;
  /** Resident bytes of the training process. */
  memoryBytes: number;
  /** Metrics of the objective. */
  metrics: Metrics;
}

export interface EvaluationFinished {
  type: 'evaluation-finished';
  step: number;
  epoch: number;
  split: string;
  rows: number;
  metrics: Metrics;
  /** Whether this is the lowest loss so far, including that of the untrained model. */
  best: boolean;
  /** Mean change of the rows' losses since the previous evaluation, with its standard error; absent at the first one. */
  change?: { mean: number; error: number };
}

/** A validation row with the answer of the weights so far. */
export interface SampledAnswer {
  id: string;
  prompt: string;
  /** Folder and name of the row's file, if it is one. */
  file?: string;
  expected?: string;
  answer: string;
  /** Set if the answer was cut off at the token limit. */
  cut?: true;
  /** By the run's reward functions. */
  reward?: number;
}

/** Answers to the same few validation rows, after each validation. */
export interface SamplesAnswered {
  type: 'samples-answered';
  step: number;
  samples: readonly SampledAnswer[];
}

/** Judgement of the run's settings from its losses or rewards; absent if losses settled. */
export interface CourseJudged {
  type: 'course-judged';
  course: 'falling' | 'rising' | 'unstable' | 'flat' | 'settled';
  /** Description for people, without advice. */
  finding: string;
  change: { epochs?: number; learning_rate?: number };
}

/** Comparison of the result with the alternatives that need no training; comparison.json has the details. */
export interface ComparisonFinished {
  type: 'comparison-finished';
  split: string;
  rows: number;
  metric: string;
  verdict: 'better' | 'no-evidence' | 'worse';
  /** The verdict's figures as a sentence. */
  sentence: string;
  /** Advice, as in comparison.json; absent in events of earlier versions. */
  outcome?: 'better' | 'not-better' | 'unclear';
  advice?: string;
  /** Name of the recommended system, if there is one. */
  use?: string;
}

/** Forgetting of general abilities; details in forgetting.json. */
export interface ForgettingMeasured {
  type: 'forgetting-measured';
  measures: readonly {
    /** For people: "bits per byte of general English". */
    title: string;
    before: number;
    after: number;
    /** Positive if ability was lost, with its interval. */
    loss: number;
    low: number;
    high: number;
    verdict: 'better' | 'no-evidence' | 'worse';
  }[];
}

export interface CheckpointSaved {
  type: 'checkpoint-saved';
  step: number;
  folder: string;
  bytes: number;
}

export interface WarningRaised {
  type: 'warning-raised';
  code: string;
  message: string;
  problems?: readonly Problem[];
  /** Total number, if `problems` is truncated. */
  problemCount?: number;
}

export interface RunResumed {
  type: 'run-resumed';
  step: number;
  from: string;
}

export interface RunStopped {
  type: 'run-stopped';
  step: number;
  reason: string;
}

export interface RunFailed {
  type: 'run-failed';
  step: number;
  error: Record<string, unknown>;
}

/** The step whose weights became the result, and the reason. Losses are on the validation rows, where measured. */
export interface ResultChoice {
  step: number;
  reason: 'lowest-validation-loss' | 'last-step';
  loss?: number;
  lastLoss?: number;
  /** Loss of the model before training. */
  baseLoss?: number;
}

export interface RunFinished {
  type: 'run-finished';
  step: number;
  choice: ResultChoice;
  /** Path of the adapter or the model. */
  result: string;
  metrics: Metrics;
  /** Time of the optimiser steps alone. */
  seconds: number;
  /** Peak memory of the process, including the final comparison. */
  peakBytes?: number;
}

/** One stream feeds the terminal, SQL, TensorBoard, the report and the studio. */
export type RunEvent =
  | RunStarted
  | { type: 'run-queued'; runsAhead: number }
  | PhaseStarted
  | WorkAdvanced
  | DataPrepared
  | TrainingSettled
  | RatesTried
  | PreflightFinished
  | ProfileFinished
  | StepFinished
  | EvaluationFinished
  | SamplesAnswered
  | ComparisonFinished
  | CourseJudged
  | ForgettingMeasured
  | CheckpointSaved
  | WarningRaised
  | RunResumed
  | RunStopped
  | RunFailed
  | RunFinished;

/** An event as written to events.jsonl: `at` in milliseconds since the epoch. */
export type StampedEvent = RunEvent & { at: number };

export type EventSink = (event: RunEvent) => void;
