/** How gradients become a step. */
import type { Metrics } from '../base/events.ts';
import type { PrivacySpent } from '../store/model-card.ts';
import type { Parameter } from '../engine/nn/index.ts';
import type { Tensor } from '../engine/tensor/index.ts';
import type { TokenRow } from '../data/cut-row.ts';

/** A weight that moves. */
export interface Trainable {
  /** Its name in checkpoints: unique, stable. */
  name: string;
  parameter: Parameter;
  /** False for norms and biases, which are never decayed. */
  decays: boolean;
  /** Its learning rate, as a share of the schedule's; 1 unless given. */
  rate?: number;
  /** The step from which it moves; the first unless given. */
  startsAt?: number;
}

export interface StepOptions {
  /** Steps before this one. */
  step: number;
  learningRate: number;
  weightDecay: number;
  /** 0: no clipping. */
  maxGradNorm: number;
}

/** The passes that a step may ask for, each over all of its rows; losses are the rows' shares of the step's. */
export interface StepPasses {
  /** Adds the gradients of all rows up where the weights keep them. */
  gradients(): Promise<readonly number[]>;
  /** Losses alone, with the weights as they are. */
  losses(): Promise<readonly number[]>;
  /** Gradients of one row after another, each as if it were alone: `use` takes them from the weights. */
  rowGradients(use: (row: TokenRow) => void): Promise<readonly number[]>;
  /**
   * Adds those gradients up where the weights keep theirs, each times what is made of its norm over all weights, without
   * making them one by one. Undefined, and nothing added, where that cannot be done.
   */
  cutGradients?(weights: readonly Trainable[], factorOf: (norm: number) => number): Promise<CutRows | undefined>;
}

/** Rows as if each were alone. */
export interface CutRows {
  losses: readonly number[];
  /** Before they were cut. */
  norms: readonly number[];
}

export interface Driven {
  perRow: readonly number[];
  gradNorm: number;
  metrics?: Metrics;
}

/** Facts about the run for an update, before its first step. */
export interface StepPlan {
  /** Rows that are trained on. */
  rows: number;
  /** Rows of a step, on average. */
  batchSize: number;
  steps: number;
  /** Random, of this run alone, in its checkpoints and nowhere else. */
  secret: number;
}

/** Computes and takes steps. Owns clipping and its own state. */
export interface Update {
  /** Input of `drive`, if other than the gradients of all rows. */
  readonly needs?: 'losses' | 'row-gradients';
  /** Computes and takes a step, where that is not the gradients of all rows and then `step`. */
  drive?(passes: StepPasses, options: StepOptions & { seed: number }): Promise<Driven>;
  /** Privacy cost of `steps` steps, for private updates. */
  privacySpent?(steps: number): PrivacySpent;
  /** Weights that are scored and become the result, where they are not those that steps move; new tensors. */
  averaged?(): ReadonlyMap<Trainable, Tensor>;
  /** Moves the weights by their gradients and clears these; gives the gradient's norm before clipping. */
  step(options: StepOptions): number;
  state(): Map<string, Tensor>;
  load(state: ReadonlyMap<string, Tensor>): void;
  /** Frees what it holds besides its state. */
  dispose?(): void;
}
