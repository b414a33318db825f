/** Optimizer interface: turns gradients into a step. */
import type { Metrics } from '../base/events.ts';
import type { PrivacySpent } from '../store/model-card.ts';
import type { Parameter } from '../engine/nn/index.ts';
import type { Tensor } from '../engine/tensor/index.ts';

/** A trained weight. */
export interface Trainable {
  /** Its name in checkpoints: unique, stable. */
  name: string;
  parameter: Parameter;
  /** False for norms and biases, which are not decayed. */
  decays: boolean;
  /** Learning rate relative to the schedule's; 1 by default. */
  rate?: number;
  /** First step at which it is trained; the first step by default. */
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

/** Passes that a step may request, each over all of its rows; losses are the rows' shares of the step's loss. */
export interface StepPasses {
  /** Accumulates the gradients of all rows in the weights. */
  gradients(): Promise<readonly number[]>;
  /** Losses only, with the current weights. */
  losses(): Promise<readonly number[]>;
  /**
   * Accumulates per-row gradients in the weights, as if each row were alone, scaled by a factor of its norm over all
   * weights. Rows whose norm is not finite are skipped.
   */
  rowGradients(weights: readonly Trainable[], factorOf: (norm: number) => number): Promise<CutRows>;
  /**
   * The same without computing the gradients individually. Returns undefined, with nothing accumulated, if that is
   * impossible.
   */
  cutGradients?(weights: readonly Trainable[], factorOf: (norm: number) => number): Promise<CutRows | undefined>;
}

/** Results for rows as if each were alone. */
export interface CutRows {
  losses: readonly number[];
  /** Norms before clipping. */
  norms: readonly number[];
}

export interface Driven {
  perRow: readonly number[];
  gradNorm: number;
  metrics?: Metrics;
}

/** Facts about the run for an update, before its first step. */
export interface StepPlan {
  /** Number of training rows. */
  rows: number;
  /** Average number of rows per step. */
  batchSize: number;
  steps: number;
  /** Random number of this run, kept in a private file outside of checkpoints. */
  secret: number;
}

/** Computes and applies steps. Responsible for clipping and its own state. */
export interface Update {
  /** Input of `drive`, if other than the gradients of all rows. */
  readonly needs?: 'losses' | 'row-gradients';
  /**
   * Whether each process moves only its share of the weights, for which it needs only their gradients, and sends them
   * to the others.
   */
  readonly isSharded?: boolean;
  /** Computes and applies a step, for updates that need more than gradients followed by `step`. */
  drive?(passes: StepPasses, options: StepOptions & { seed: number }): Promise<Driven>;
  /** Privacy cost of `steps` steps, for private updates. */
  privacySpent?(steps: number): PrivacySpent;
  /** Weights to evaluate and to save as the result, if they differ from the trained ones; new tensors. */
  averaged?(): ReadonlyMap<Trainable, Tensor>;
  /** Moves the weights by their gradients and clears these; returns the gradient's norm before clipping. */
  step(options: StepOptions): number;
  /** Anchors to the current weights, for updates that pull towards earlier ones. */
  anchorHere?(): void;
  state(): Map<string, Tensor>;
  load(state: ReadonlyMap<string, Tensor>): void;
  /** Frees everything besides its state. */
  dispose?(): void;
}
