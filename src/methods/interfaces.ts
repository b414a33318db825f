import type { EventSink } from '../base/events.ts';
import type { TokenRow } from '../data/cut-row.ts';
import type { ModelInput } from '../models/model.ts';
import type { KeepWeight } from '../models/skeleton.ts';
import type { Task } from '../models/architecture.ts';
import type { AdapterOwner } from '../engine/nn/index.ts';
import type { DType, Tensor } from '../engine/tensor/index.ts';
import type { Trainable, Update } from './update.ts';

export type { PrivacySpent } from '../store/model-card.ts';
export type { Driven, StepOptions, StepPasses, StepPlan, Trainable, Update } from './update.ts';

/** A tuning of a model: which weights are trained, and which ones are added. */
export interface Tuning {
  readonly trainables: readonly Trainable[];
  /** Output of `save`: an adapter or a whole model. */
  readonly result: 'adapter' | 'model';
  /** All tensors of the result by standard names: trained ones, and fixed ones that are saved with them. */
  state(): Map<string, Tensor>;
  /** Restores a saved state, which must match exactly. */
  load(state: ReadonlyMap<string, Tensor>): void;
  /** Rounds the weights to the values that `save` will write; returns the type, if it differs. */
  roundToStored(): DType | undefined;
  /** Writes the result in its standard format (PEFT adapter or Hugging Face folder). */
  save(folder: string, about: ResultNotes): void;
  /** Runs `body` with the original model, if available, as a reference. Waits for promises. */
  disabled<T>(body: () => T): T;
  /** Virtual tokens: ids from the vocabulary's size on, to prepend to every row and prompt. */
  readonly prefix?: readonly number[];
  /** Merges the change into the model's weights. @throws E_NOT_MERGEABLE if it does not change weights */
  merge(options?: MergeOptions): void;
  /** Undoes `merge`, bit for bit. */
  unmerge(): void;
  /** Converts tensors to the form that is fastest for inference; they are neither trained nor saved afterwards. */
  settle?(dtype: DType): void;
  /** Regularisation term added to the loss: f32 []. */
  penalty?(): Tensor;
  /** Wraps the update with the penalty and anything else the tuning does at each step. @throws E_TUNING_UNSUPPORTED */
  govern?(update: Update, steps: number): Update;
  /** Frees tensors outside the model. */
  dispose(): void;
}

export interface MergeOptions {
  /** Does not keep the unmerged weights, so the merge cannot be undone. */
  isFinal?: boolean;
}

export interface TuningContext {
  seed: number;
  /** Tokens whose rows are trained, including new ones. */
  tokens?: readonly number[];
  /** Quantisation error of each layer, by path, as factors [r, in] and [out, r], if the tuning requested it. */
  residuals?: ReadonlyMap<string, { a: Tensor; b: Tensor }>;
  /** Initial directions of each layer's input, by path: [r, in], if the tuning requested them. */
  starts?: ReadonlyMap<string, Tensor>;
}

/** Storage of weights while a model is loaded, and the quantisation errors recorded for the tuning. */
export interface Kept {
  keep: KeepWeight | undefined;
  residuals?: TuningContext['residuals'];
}

/** For tunings whose initialisation depends on the layers' inputs for training rows. */
export interface PassedRows {
  rows: readonly TokenRow[];
  /** Loads rows; each call of the result creates the model's input, owned by the current scope. */
  inputOf(rows: readonly TokenRow[]): Promise<() => ModelInput>;
  emit: EventSink;
  signal: AbortSignal;
  /** Name of the optimizer, if it limits what may be learnt from each row. */
  private?: string;
}

/** Initialisation of a tuning: options derived from the base or the rows, and directions. */
export interface Begun<Options> {
  options: Options;
  starts: NonNullable<TuningContext['starts']>;
}

/** Trained token rows: ids of the input table, or ids by table name. */
export type TokenIndices = readonly number[] | Readonly<Record<string, readonly number[]>>;

/** Contents of a saved adapter, besides its options. */
export interface OpenContext {
  tokens?: TokenIndices;
  /** For models shared with other adapters: nothing in the model changes, and the tuning acts only where a route names this owner. */
  owner?: AdapterOwner;
  /** Whether a tied head shares a table that is trained in full; true by default. */
  tiesTables?: boolean;
}

/** Storage of frozen weights. */
export interface Storage {
  /** Description of additional data, for display; undefined if none. */
  readonly note: string | undefined;
  /** Frees additional data. */
  dispose(): void;
}

/** Provenance to record in a result's files. */
export interface ResultNotes {
  baseModel: string;
  revision?: string;
  task: Task;
}
