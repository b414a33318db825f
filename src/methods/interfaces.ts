import type { EventSink } from '../base/events.ts';
import type { KeepWeight } from '../models/skeleton.ts';
import type { Task } from '../models/architecture.ts';
import type { PreparedRow, RowReader, Tally } from '../answering/tasks/rows/rows.ts';
import type { Objective } from '../training/objective.ts';
import type { AdapterOwner, Parameter } from '../engine/nn/index.ts';
import type { DType, Tensor } from '../engine/tensor/index.ts';
import type { OpenRewardModel } from '../training/reward-model.ts';
import type { Update } from './update.ts';

export type { JointLoss, JudgedRow, Objective, PassContext } from '../training/objective.ts';
export type { Reference } from '../answering/tasks/rows/rows.ts';
export { textLengths, tokensOf } from '../answering/tasks/rows/rows.ts';
export type { Batch, Counts, MediaReader, Prepared, PreparedRow, Tally } from '../answering/tasks/rows/rows.ts';
export type { PrivacySpent } from '../store/model-card.ts';
export type { Driven, StepOptions, StepPasses, StepPlan, Update } from './update.ts';

export interface LossResult {
  /** Each row's share of the step's loss, f32 [rows]; over all batches of a step they add up to the loss. */
  perRow: Tensor;
  /** Further sums besides the loss. */
  tally: Tally;
}

/** Statistics of the training labels. */
export interface LabelStatistics {
  rows: number;
  /** Rows of each class, in the classes' order. */
  counts: readonly number[];
  /** Questions that their text does not answer; none unless given. */
  unanswered?: number;
  /** Regression: mean and standard deviation; 0 and 1 otherwise. */
  mean: number;
  deviation: number;
  /** How often rows of items have each, by name. */
  items?: ReadonlyMap<string, number>;
}

/** Converts examples to tokens for a given model. */
export interface Processor extends RowReader {
  /** Class names, for objectives that have classes. */
  labels?: readonly string[];
  /** Label statistics of the training rows, for objectives that weight or scale by them. */
  statistics?: LabelStatistics;
  /** Hashes of the functions that the recipe refers to. */
  references?: Readonly<Record<string, string>>;
  rewardModel?: OpenRewardModel;
}

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

/** Which weights move, and where extra ones sit. */
export interface Tuning {
  readonly trainables: readonly Trainable[];
  /** Output of `save`: an adapter, or a whole model. */
  readonly result: 'adapter' | 'model';
  /** All that the result consists of, by its standard names; the trainables and what goes with them. */
  state(): Map<string, Tensor>;
  /** Takes over a saved state; every tensor must land and every place must be filled. */
  load(state: ReadonlyMap<string, Tensor>): void;
  /** Gives the weights the values that `save` will write; the type they were rounded to, where that is another. */
  roundToStored(): DType | undefined;
  /** Writes the result in its standard form (a PEFT adapter folder, or a Hugging Face folder). */
  save(folder: string, about: ResultNotes): void;
  /** Runs `body` with the model as it was before tuning, where that is possible: the reference model. A promise is waited for. */
  disabled<T>(body: () => T): T;
  /** Virtual tokens: ids at and above the vocabulary's size that must precede every row and prompt. */
  readonly prefix?: readonly number[];
  /** Merges the change into the model's own weights. @throws E_NOT_MERGEABLE if it is not a change of weights */
  merge(options?: MergeOptions): void;
  /** Takes it out again, to the bit. */
  unmerge(): void;
  /** Puts what it holds into the form that passes read fastest: it is neither trained nor saved from then on. */
  settle?(dtype: DType): void;
  /** Regularisation term added to the loss: f32 []. */
  penalty?(): Tensor;
  /** The update with the penalty and what else the tuning does at each of a run's steps. @throws E_TUNING_UNSUPPORTED */
  govern?(update: Update, steps: number): Update;
  /** Frees its tensors outside the model. */
  dispose(): void;
}

export interface MergeOptions {
  /** The unmerged weights are not kept: there is no way back. */
  isFinal?: boolean;
}

export interface TuningContext {
  seed: number;
  /** Tokens whose rows have to be trained, new ones among them. */
  tokens?: readonly number[];
  /** Quantisation error of each layer, by path, as factors [r, in] and [out, r]; if the tuning requested it. */
  residuals?: ReadonlyMap<string, { a: Tensor; b: Tensor }>;
  /** Directions of each layer's input, by path, that a change begins with: [r, in]; where the tuning asked for them. */
  starts?: ReadonlyMap<string, Tensor>;
}

/** How weights are stored while a model is loaded, and what a tuning notes of what that loses. */
export interface Kept {
  keep: KeepWeight | undefined;
  residuals?: TuningContext['residuals'];
}

/** For tunings that begin with what the layers read of the training rows. */
export interface PassedRows {
  objective: Objective;
  rows: readonly PreparedRow[];
  emit: EventSink;
  signal: AbortSignal;
  /** The optimizer's name, where it has to bound what is read of each row. */
  private?: string;
}

/** The start of a tuning: options settled by looking at the base or the rows, and directions. */
export interface Begun<Options> {
  options: Options;
  starts: NonNullable<TuningContext['starts']>;
}

/** Tokens of which some rows are trained: ids of the input table, or ids by the name of a table. */
export type TokenIndices = readonly number[] | Readonly<Record<string, readonly number[]>>;

/** Contents of a saved adapter besides its options. */
export interface OpenContext {
  tokens?: TokenIndices;
  /** On a model that serves others too: nothing of the model changes, and the tuning acts where a route names this. */
  owner?: AdapterOwner;
  /** Whether a head that shares a table learns with it where that is trained whole; it does unless said. */
  tiesTables?: boolean;
}

/** How frozen weights are kept, and what steps read of them. */
export interface Storage {
  /** Further data it keeps, for people; undefined if none. */
  readonly note: string | undefined;
  /** Frees that. */
  dispose(): void;
}

/** Provenance in a result's files. */
export interface ResultNotes {
  baseModel: string;
  revision?: string;
  task: Task;
}
