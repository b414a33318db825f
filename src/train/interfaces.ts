import type { Problem } from '../base/errors.ts';
import type { Features } from '../base/features.ts';
import { greatest } from '../base/many.ts';
import type { Example, ExampleKind, PromptExample } from '../data/example.ts';
import type { MediaFile, MediaKind } from '../data/media.ts';
import type { EmbeddingOptions } from '../models/heads/embedding.ts';
import type { Model, ModelInput } from '../models/model.ts';
import type { Task } from '../models/architecture.ts';
import type { StageRunner } from '../models/stack.ts';
import type { AdapterOwner, Parameter } from '../nn/index.ts';
import { chainLengths } from '../nn/layout.ts';
import type { EvaluationResult } from './evaluate.ts';
import type { Produced, StepContext } from './produce.ts';
import type { DType, Tensor } from '../tensor/index.ts';
import type { Tokenizer } from '../text/index.ts';

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
  /** How much each trained token counts; 1 unless given. */
  weights?: Float32Array;
  /** The row as reward functions see it. */
  prompt?: PromptExample;
  /** The file that the model reads in place of tokens. */
  media?: MediaFile;
  /** What the model reads of it, while the row is in use. */
  features?: Features;
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

/** Runs `body` without gradients on the model as it was before training. */
export type Reference = <T>(body: (model: Model) => T) => T;

/** What a loss is taken with. */
export interface PassContext {
  totals: Counts;
  runner?: StageRunner;
  /** Present for objectives that need it. */
  reference?: Reference;
}

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
}

/** What is optimised. An objective sees hidden states and log-probabilities, never whole logits. */
export interface Objective {
  /** Chooses the model's head. */
  readonly task: Task;
  readonly accepts: readonly ExampleKind[];
  /** True where a step's loss is a sum over rows, so that batches may be split; else the reason why it is not. */
  readonly separable: true | string;
  /** Name of the count that the loss is a mean over: `tokens`, `rows`. */
  readonly unit: string;
  /** Keys of the result's config.json that say how the head's output is to be read. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What a run must provide beside model and rows. */
  readonly needs?: { reference?: true; rollouts?: true };
  /** Folder or name of the reference model, where the recipe names another than the base model. */
  readonly referenceModel?: string;
  /** Tokens that a row may gain by its answers; rows must leave room for them. */
  readonly room?: number;
  /** How a row's vector is made, where the recipe says it and not the base model. */
  readonly embedding?: Partial<EmbeddingOptions>;
  /** Tokenises examples, in order; a row that cannot be trained on is undefined and has its problem listed. */
  prepare(examples: readonly Example[]): Promise<{ rows: (PreparedRow | undefined)[]; problems: Problem[] }>;
  /** @throws AttuneError where the training rows as a whole cannot be learnt from, each being sound */
  check?(train: readonly Example[]): void;
  /** The windows that a row is read in which is too long to be read at once; the policy for long rows, unless given. */
  windows?(row: PreparedRow, maxLength: number): readonly PreparedRow[];
  /** Decides what of rows is trained this time, before anything is counted; `at` is undefined where they are evaluated. */
  draw?(rows: readonly PreparedRow[], at: { seed: number; step: number } | undefined): readonly PreparedRow[];
  /** For losses that are no sum over rows: what they are made of, row by row, so that a step can still be divided. */
  readonly joint?: JointLoss;
  /** Brings into memory what rows need besides their tokens, just before they are collated. */
  load?(rows: readonly PreparedRow[]): Promise<readonly PreparedRow[]>;
  /** Before a step is counted: rolls out, rewards, scores. `rows` are the step's; what it gives is trained on. */
  produce?(rows: readonly PreparedRow[], step: StepContext): Promise<Produced>;
  /** The most that `produce` may make of a row, for planning memory. */
  largest?(row: PreparedRow): PreparedRow;
  /** Scores rows where their loss does not: by rollouts. The loss is what the best step has the least of. */
  evaluate?(rows: readonly PreparedRow[], step: StepContext): Promise<EvaluationResult>;
  /** What a loss needs to know of the reference model, f32 [R, K]; computed once and kept with rows where asked. */
  judge?(model: Model, batch: Batch): Tensor;
  /** Whether `judge` is asked once for all rows before training. */
  readonly judgesOnce?: boolean;
  collate(rows: readonly PreparedRow[]): Batch;
  counts(batch: Pick<Batch, 'rows'>): Counts;
  /**
   * What takes a pass through the model to be counted, for terms that are a sum over rows only once it is known; undefined
   * for models that have none. A step of one batch knows it without.
   */
  survey?(model: Model): ((batch: Batch) => Counts) | undefined;
  loss(model: Model, batch: Batch, context: PassContext): LossResult;
  /** What it remembers from step to step, for checkpoints. */
  state?(): Map<string, Tensor>;
  restore?(state: ReadonlyMap<string, Tensor>): void;
}

/**
 * A loss of a whole batch's vectors. A step that does not fit at once is computed twice, first for the vectors and then
 * for their gradients (GradCache, Gao et al. 2021): the update is that of the whole batch.
 */
export interface JointLoss {
  /** Rows that are set against each other where they are evaluated. */
  readonly evaluatedTogether: number;
  /** One vector for each of the rows' texts, row after row [S, D]; or one for each row */
  represent(model: Model, batch: Batch, context: Omit<PassContext, 'totals'>): Tensor;
  loss(vectors: Tensor, rows: readonly PreparedRow[], context: { model: Model; totals: Counts }): LossResult;
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
  /** Leading blocks, and the embedding before them, that are frozen and may be computed once for each row. */
  readonly frozenBlocks?: number;
  /** All that the result consists of, by its standard names; the trainables and what goes with them. */
  state(): Map<string, Tensor>;
  /** Takes over a saved state; every tensor must land and every place must be filled. */
  load(state: ReadonlyMap<string, Tensor>): void;
  /** Gives the weights the values that `save` will write; the type they were rounded to, where that is another. */
  roundToStored(): DType | undefined;
  /** Writes the result in its standard form (a PEFT adapter folder, or a Hugging Face folder). */
  save(folder: string, about: ResultNotes): void;
  /** Runs `body` with the model as it was before tuning, where that is possible: the reference model. */
  disabled<T>(body: () => T): T;
  /** Ids at and above the vocabulary's size that have to stand in front of every row and prompt: virtual tokens. */
  readonly prefix?: readonly number[];
  /** Puts the change into the model's own weights. @throws E_NOT_MERGEABLE where it is no change of weights */
  merge(options?: MergeOptions): void;
  /** Takes it out again, to the bit. */
  unmerge(): void;
  /** Puts what it holds into the form that passes read fastest: it is neither trained nor saved from then on. */
  settle?(dtype: DType): void;
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
}

/** Tokens of which some rows are trained: ids of the input table, or ids by the name of a table. */
export type TokenIndices = readonly number[] | Readonly<Record<string, readonly number[]>>;

/** What a saved adapter holds besides its options. */
export interface OpenContext {
  tokens?: TokenIndices;
  /** On a model that serves others too: nothing of the model changes, and the tuning acts where a route names this. */
  owner?: AdapterOwner;
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

export interface StepOptions {
  /** Steps before this one. */
  step: number;
  learningRate: number;
  weightDecay: number;
  /** 0: no clipping. */
  maxGradNorm: number;
}

/** How gradients become a step. Owns clipping and its own state. */
export interface Update {
  /** Moves the weights by their gradients and clears these; gives the gradient's norm before clipping. */
  step(options: StepOptions): number;
  state(): Map<string, Tensor>;
  load(state: ReadonlyMap<string, Tensor>): void;
}
