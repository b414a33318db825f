import type { Features } from '../base/features.ts';
import { greatest } from '../base/many.ts';
import type { PromptExample } from '../data/example.ts';
import type { MediaFile, MediaKind } from '../data/media.ts';
import type { EventSink } from '../base/events.ts';
import type { ModelInput } from '../models/model.ts';
import type { KeepWeight } from '../models/skeleton.ts';
import type { ImageTokens, Task } from '../models/architecture.ts';
import type { CriticTargets, Objective } from './objective.ts';
import type { AdapterOwner, Parameter } from '../nn/index.ts';
import { chainLengths } from '../base/chain-lengths.ts';
import type { DType, Tensor } from '../tensor/index.ts';
import type { Tokenizer } from '../text/index.ts';
import type { OpenRewardModel } from './reward-model.ts';
import type { Update } from './update.ts';

export type { CriticTargets, JointLoss, Objective, PassContext, Reference } from './objective.ts';
export type { PrivacySpent } from '../store/model-card.ts';
export type { Driven, StepOptions, StepPasses, StepPlan, Update } from './update.ts';

/** One row, tokenised: what batches are made of. */
export interface PreparedRow {
  /** The example's id; keys random numbers. */
  id: string;
  ids: Int32Array;
  /** 1 where the token is one that the model learns to produce. */
  trained: Uint8Array;
  /** BERT's segment ids, for models that have them. */
  typeIds?: Int32Array;
  /** Index of the class, for objectives that have classes. */
  label?: number;
  /** What is to be found: 1 or 0 for each class of a row, a number of it, or the class of each trained token in order. */
  values?: readonly number[];
  /** Ids that are wanted at trained tokens, where they are not the row's own. */
  targets?: Int32Array;
  /** Ids that each trained token is set against, as many for each token, in order. */
  rivals?: Int32Array;
  /** Lengths of the row's texts, where it has several that do not see each other. */
  segments?: readonly number[];
  /** Which of the row's texts each of them continues, or -1: answers that share a prompt. Parents come first. */
  parents?: readonly number[];
  /** What the reference model says of the row, where that is known: as `Objective.judge` gives it. */
  reference?: Float32Array;
  /** Log-probabilities of the trained tokens when they were sampled. */
  sampled?: Float32Array;
  /** What a critic makes of the row's answers; numbers of all answers, one after the other. */
  critic?: CriticTargets;
  /** How much each trained token counts; 1 unless given. */
  weights?: Float32Array;
  /** The row as reward functions see it. */
  prompt?: PromptExample;
  /** The file that the model reads in place of tokens. */
  media?: MediaFile;
  /** What the model reads of it, while the row is in use. */
  features?: Features;
  /** The images that stand among its tokens, in their order. */
  images?: readonly MediaFile[];
  /** What the model reads of each, while the row is in use: [squares, channels, side, side] */
  squares?: readonly Features[];
  /** What the frozen blocks make of the row, in place of all that they read. */
  resumed?: ResumedRow;
  /** What it costs, in tokens of the model, where it has no ids. */
  size?: number;
  source: { file: string; line: number };
}

/** A row's hidden states after so many blocks. */
export interface ResumedRow extends Features {
  blocks: number;
  /** Tokens of the row after all blocks. */
  tokens: number;
}

/** Tokens that a model's blocks see of a row. */
export function tokensOf(row: Pick<PreparedRow, 'ids' | 'size'>): number {
  return row.size ?? row.ids.length;
}

type Sized = Pick<PreparedRow, 'ids' | 'segments' | 'parents' | 'size'>;

/** Tokens of each of a row's texts, or of the one thing that it is. */
export function textLengths(row: Sized): readonly number[] {
  return row.segments ?? [tokensOf(row)];
}

/** Tokens of a row that see each other, at most. */
export function tokensAtOnce(row: Sized): number {
  return greatest(chainLengths(textLengths(row), row.parents));
}

/** Several rows as one input, with what the objective needs to score them. */
export interface Batch {
  input: ModelInput;
  rows: readonly PreparedRow[];
}

/** What is counted over a whole optimiser step before its first forward, so that each term is scaled once. */
export type Counts = Record<string, number>;

/** Sums that are added up over batches: a metric is `sum / count`. */
export type Tally = Record<string, { sum: Tensor; count: number }>;

export interface LossResult {
  /** Each row's share of the step's loss, f32 [rows]; over all batches of a step they add up to the loss. */
  perRow: Tensor;
  /** Further sums, beside the loss itself. */
  tally: Tally;
}

/** Reads images or recordings as a model wants them. */
export interface MediaReader {
  readonly kind: MediaKind;
  /** Hash of all that says what it makes of a file, for cache keys. */
  readonly identity: string;
  /** Tokens that the model's blocks see of a file. */
  size(file: MediaFile): number;
  /** The same of a file that was read. */
  tokens(features: Features): number;
  /** Of models that read images among texts: the tokens whose places they take. */
  readonly imageTokens?: ImageTokens;
  /** Adds what the model reads of each row's file. @throws AttuneError with all files that cannot be read */
  load<Row extends Pick<PreparedRow, 'media' | 'source'>>(
    rows: readonly Row[],
  ): Promise<(Row & { features: Features })[]>;
}

/** What labels training rows have. */
export interface LabelStatistics {
  rows: number;
  /** Rows of each class, in the classes' order. */
  counts: readonly number[];
  /** Questions that their text does not answer; none unless given. */
  unanswered?: number;
  /** Of rows whose label is a number: mean and standard deviation; 0 and 1 elsewhere. */
  mean: number;
  deviation: number;
  /** How often rows of items have each, by name. */
  items?: ReadonlyMap<string, number>;
}

/** What turns examples into tokens for a given model. */
export interface Processor {
  /** Of a model that reads no text it knows no token, and says so when it is asked. */
  tokenizer: Tokenizer;
  /** For models that read images or recordings. */
  media?: MediaReader;
  /** The clock that templates see; fixed per run, so that rows come out the same when it is resumed. */
  now: Date;
  /** Class names, for objectives that have classes. */
  labels?: readonly string[];
  /** What the training rows say of their labels, for objectives that weigh or scale by it. */
  statistics?: LabelStatistics;
  /** Whether the model's trunk is causal: a decoder, not an encoder. */
  causal: boolean;
  /** Texts are filled up to so many tokens, by a model that reads the filling too. */
  filledTo?: number;
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
  /** What `save` writes: an adapter beside the base model, or a whole model. */
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
  /** Ids at and above the vocabulary's size that have to stand in front of every row and prompt: virtual tokens. */
  readonly prefix?: readonly number[];
  /** Puts the change into the model's own weights. @throws E_NOT_MERGEABLE where it is no change of weights */
  merge(options?: MergeOptions): void;
  /** Takes it out again, to the bit. */
  unmerge(): void;
  /** Puts what it holds into the form that passes read fastest: it is neither trained nor saved from then on. */
  settle?(dtype: DType): void;
  /** What is added to the loss for the trained weights' own sake: f32 []. */
  penalty?(): Tensor;
  /** The update with the penalty and what else the tuning does at each of a run's steps. @throws E_TUNING_UNSUPPORTED */
  govern?(update: Update, steps: number): Update;
  /** Frees what it holds beside the model. */
  dispose(): void;
}

export interface MergeOptions {
  /** The weights as they were are not kept beside the merged ones: there is no way back. */
  isFinal?: boolean;
}

export interface TuningContext {
  seed: number;
  /** Tokens whose rows have to be trained, new ones among them. */
  tokens?: readonly number[];
  /** What quantising lost of each layer, by path, as factors [r, in] and [out, r]; where the tuning asked for it. */
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

/** What a saved adapter holds besides its options. */
export interface OpenContext {
  tokens?: TokenIndices;
  /** On a model that serves others too: nothing of the model changes, and the tuning acts where a route names this. */
  owner?: AdapterOwner;
  /** Whether a head that shares a table learns with it where that is trained whole; it does unless said. */
  tiesTables?: boolean;
}

/** How frozen weights are kept, and what steps read of them. */
export interface Storage {
  /** What it keeps beside the weights, for people; undefined where it is nothing. */
  readonly note: string | undefined;
  /** Frees that. */
  dispose(): void;
}

/** What a result's files say of where it comes from. */
export interface ResultNotes {
  baseModel: string;
  revision?: string;
  task: Task;
}
