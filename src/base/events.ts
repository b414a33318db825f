import type { Problem } from './errors.ts';

/** Streaming results by name: `loss`, `mean_token_accuracy`, `grad_norm`, …; a value may be missing, never NaN. */
export type Metrics = Record<string, number>;

export interface RunStarted {
  type: 'run-started';
  run: string;
  folder: string;
  /** The folder that the recipe's relative paths start from. */
  base: string;
  /** The resolved recipe, as stored in recipe.json. */
  recipe: unknown;
  /** The rest of the run's identity: versions, threads, instruction set, hashes. */
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
    | 'generate';
  /** One line for people. */
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
  /** Rows of `from` to below `to` tokens, adjoining and in order. */
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
 * Where a value comes from: the recipe, what suits the base model and its rows, or trials of several; `pending`: trials
 * around it will follow.
 */
export type SettingSource = 'recipe' | 'base' | 'trials' | 'pending';

/** Values that a recipe may leave to the run. */
export interface TrainingSettled {
  type: 'training-settled';
  learning_rate: number;
  epochs: number;
  batch_size: number;
  sources: Record<'learning_rate' | 'epochs' | 'batch_size', SettingSource>;
  /** Basis of the suggestions: "LoRA for sft, a decoder of 5.8 M parameters, 600 rows". */
  basis: string;
}

/** Short trials have found the run's learning rate. */
export interface RatesTried {
  type: 'rates-tried';
  /** In the order of their rates; a trial that diverged has no loss. */
  trials: readonly { rate: number; loss: number | null }[];
  /** Before any step. */
  startLoss: number;
  /** Steps of each trial. */
  steps: number;
  chosen: number;
}

export interface PreflightFinished {
  type: 'preflight-finished';
  peakBytes: number;
  availableBytes: number;
  /** The recipe's limit, as written: `800MB`, or a number of bytes. */
  maxMemory?: string | number;
  diskBytes: number;
  freeDiskBytes: number;
  secondsPerStep: number;
  totalSeconds: number;
  steps: number;
}

/** Cost of one operator or phase in a step. */
export interface ProfiledPart {
  name: string;
  calls: number;
  seconds: number;
  processorSeconds: number;
  /** Allocated. */
  bytes: number;
}

/** How much of the machine's matrix products a step used. */
export interface Utilisation {
  /** Operations of the mathematics by what was possible in the time: 0 to 1. */
  share: number;
  /** The type that products were computed in, and what the machine does of one product in it: 10⁹ operations a second. */
  dtype: 'bf16' | 'f32';
  gflops: number;
}

/** A few steps were recorded; amounts are those of one step. */
export interface ProfileFinished {
  type: 'profile-finished';
  /** A trace for chrome://tracing or ui.perfetto.dev. */
  path: string;
  steps: number;
  seconds: number;
  processorSeconds: number;
  /** Where it follows from the rows' tokens. */
  utilisation?: Utilisation;
  phases: readonly ProfiledPart[];
  /** Embedding, blocks and final norm, from 0, each way. */
  stages: readonly ProfiledPart[];
  /** Each without what it called in turn, the longest first. */
  operators: readonly ProfiledPart[];
}

export interface StepFinished {
  type: 'step-finished';
  step: number;
  steps: number;
  epoch: number;
  loss: number;
  grad_norm: number;
  learning_rate: number;
  /** All tokens of the rows seen so far, no padding. */
  inputTokens: number;
  /** Tokens that carried loss so far. */
  lossTokens: number;
  /** Input tokens per second of this step. */
  tokensPerSecond: number;
  secondsLeft: number;
  /** Resident bytes of the process that trains. */
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
  /** The lowest loss so far, the model before training included. */
  best: boolean;
  /** Mean change of the rows' losses since the previous evaluation, with its standard error; absent at the first one. */
  change?: { mean: number; error: number };
}

/** Judgement of the run's settings from its losses or rewards; absent if the run settled. */
export interface CourseJudged {
  type: 'course-judged';
  course: 'falling' | 'rising' | 'unstable' | 'flat';
  /** For people, without what to do. */
  finding: string;
  change: { epochs?: number; learning_rate?: number };
}

/** The result against what one has without training; comparison.json has all of it. */
export interface ComparisonFinished {
  type: 'comparison-finished';
  split: string;
  rows: number;
  metric: string;
  verdict: 'better' | 'no-evidence' | 'worse';
  /** The verdict's figures, for people. */
  sentence: string;
  /** Advice, as in comparison.json; absent in events of earlier versions. */
  outcome?: 'better' | 'not-better' | 'unclear';
  advice?: string;
}

/** Forgetting by the result outside its task; details in forgetting.json. */
export interface ForgettingMeasured {
  type: 'forgetting-measured';
  measures: readonly {
    /** For people: "bits per byte of general English". */
    title: string;
    before: number;
    after: number;
    /** Above 0 for a loss, with the ends of its interval. */
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
  /** How many there are, where `problems` has only some of them. */
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

/** Which step's weights are the result, and why. Losses are those of the validation rows, where they were measured. */
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
  /** Where the adapter or the model lies. */
  result: string;
  metrics: Metrics;
  /** Time of the optimiser steps alone. */
  seconds: number;
  /** The most memory that the process held, the comparison at the end included. */
  peakBytes?: number;
}

/** One stream feeds the terminal, SQL, TensorBoard, the report and the studio. */
export type RunEvent =
  | RunStarted
  | PhaseStarted
  | WorkAdvanced
  | DataPrepared
  | TrainingSettled
  | RatesTried
  | PreflightFinished
  | ProfileFinished
  | StepFinished
  | EvaluationFinished
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
