import type { Example } from '../data/example.ts';
import type { Task } from '../models/architecture.ts';
import type { EmbeddingOptions } from '../models/heads/embedding.ts';
import type { Model } from '../models/model.ts';
import type { StageRunner } from '../models/stack.ts';
import type { Tensor } from '../engine/tensor/index.ts';
import type { Message } from '../models/text/message.ts';
import type { EvaluationResult } from './evaluate-losses.ts';
import type {
  Batch,
  Counts,
  Prepared,
  PreparedRow,
  Reference,
  RowReader,
  Tally,
} from '../answering/tasks/rows/prepared-rows.ts';
import type { Trainable } from '../methods/interfaces.ts';
import type { Produced, StepContext } from './produce.ts';
import type { OpenRewardModel } from './reward-model.ts';

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

/** Context of a loss. */
export interface PassContext {
  totals: Counts;
  runner?: StageRunner;
  /** Present for objectives that need it. */
  reference?: Reference;
}

/**
 * The training objective: examples become rows of its own type (`Row`), and batches are made of these or of what it
 * draws, loads or produces from them (`Read`). It sees hidden states and log-probabilities, never whole logits.
 *
 * Its functions are methods, whose parameters TypeScript compares both ways: every objective is an `Objective` to the
 * trainer, which hands it back the rows that it got from it and reads of them what every row has.
 */
export interface Objective<
  Given extends Example = Example,
  Row extends PreparedRow = PreparedRow,
  Read extends PreparedRow = Row,
> {
  /** Chooses the model's head. */
  readonly task: Task;
  readonly accepts: readonly Given['kind'][];
  /** True where a step's loss is a sum over rows, so that batches may be split; else the reason why it is not. */
  readonly separable: true | string;
  /** Name of the count that the loss is a mean over: `tokens`, `rows`. */
  readonly unit: string;
  /** Keys of the result's config.json that say how the head's output is to be read. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Present for objectives that compare with a reference model. */
  readonly reference?: ReferenceUse<Row>;
  /** Present for objectives that make the rows of a step themselves. */
  readonly production?: Production<Row, Read>;
  /** State between steps, for checkpoints; includes its own weights. */
  readonly memory?: Memory;
  /** For losses that are not sums over rows: their per-row inputs, so that a step can still be divided. */
  readonly joint?: JointLoss<Read>;
  /** Tokens of the longest answer that it reads, where the recipe says it. */
  readonly longestAnswer?: number;
  /** How a row's vector is made, where the recipe says it and not the base model. */
  readonly embedding?: Partial<EmbeddingOptions>;
  /** Opens or reaches what rewards need, before training. @throws AttuneError E_JUDGE_DOWN, E_REWARD_MODEL */
  ready?(signal: AbortSignal): Promise<void>;
  /** Frees that. */
  dispose?(): void;
  /** Tokenises examples, in order; a row that cannot be trained on is undefined and has its problem listed. */
  prepare(examples: readonly Given[]): Promise<Prepared<Row>>;
  /** @throws AttuneError where the training rows as a whole cannot be learnt from, each being sound */
  check?(train: readonly Given[]): void;
  /** The windows that a row is read in which is too long to be read at once; the policy for long rows, unless given. */
  windows?(row: Row, maxLength: number): readonly Row[];
  /** Decides what of rows is trained this time, before anything is counted; `at` is undefined where they are evaluated. */
  draw?(rows: readonly Row[], at: { seed: number; step: number } | undefined): readonly Read[];
  /** Brings into memory what rows need besides their tokens, just before they are collated. */
  load?(rows: readonly Row[]): Promise<readonly Read[]>;
  collate(rows: readonly Read[]): Batch<Read>;
  counts(batch: Pick<Batch<Read>, 'rows'>): Counts;
  /**
   * Counts that require a pass through the model, for terms that become sums over rows only with them; undefined for
   * models that have none. A step of one batch does not need it.
   */
  survey?(model: Model): ((batch: Batch) => Counts) | undefined;
  loss(model: Model, batch: Batch<Read>, context: PassContext): LossResult;
  /** Weights of its own that move with the model's and end with the run (a value head); the same at each call. */
  trainables?(model: Model): readonly Trainable[];
}

export interface ReferenceUse<Row extends PreparedRow> {
  /** Its folder or name, where the recipe names another than the base model. */
  readonly model?: string | null;
  /** Its values of rows, f32 [R, K], where it is asked once for all rows before training: they become `JudgedRow`s. */
  judge?(model: Model, batch: Batch<Row>): Tensor;
}

/** The reference model's scores of a row, where they were computed before. */
export interface JudgedRow {
  reference?: Float32Array;
}

export interface Production<Row extends PreparedRow, Read extends PreparedRow> {
  /** Whether the model answers rows for it. */
  readonly rollsOut: boolean;
  /** Tokens that a row may gain by its answers; rows must leave room for them. */
  readonly room?: number;
  /** Before a step is counted: rolls out, rewards, scores. `rows` are the step's; what it gives is trained on. */
  produce(rows: readonly Row[], step: StepContext): Promise<Produced<Read>>;
  /** The most that `produce` may make of a row, for planning memory. */
  largest(row: Row): Read;
  /** Scores rows where their loss does not: by rollouts. The loss is what the best step has the least of. */
  evaluate?(rows: readonly Row[], step: StepContext): Promise<EvaluationResult>;
  /** Answers of the last evaluation. */
  evaluated?(): readonly EvaluatedAnswer[];
}

interface Memory {
  state(): Map<string, Tensor>;
  restore(state: ReadonlyMap<string, Tensor>): void;
}

/**
 * A loss of a whole batch's vectors. A step that does not fit at once is computed twice, first for the vectors and then
 * for their gradients (GradCache, Gao et al. 2021): the update is that of the whole batch.
 */
export interface JointLoss<Read extends PreparedRow = PreparedRow> {
  /** Rows that are set against each other where they are evaluated. */
  readonly evaluatedTogether: number;
  /** One vector for each of the rows' texts, row after row [S, D]; or one for each row */
  represent(model: Model, batch: Batch<Read>, context: Omit<PassContext, 'totals'>): Tensor;
  loss(vectors: Tensor, rows: readonly Read[], context: { model: Model; totals: Counts }): LossResult;
}

/** A rollout of an evaluation, for people. */
export interface EvaluatedAnswer {
  prompt: string | readonly Message[];
  completion: string;
  reward: number | null;
  source: { file: string; line: number };
}
