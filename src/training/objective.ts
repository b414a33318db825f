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
  /** Each row's share of the step's loss, f32 [rows]; shares over all batches of a step sum to the loss. */
  perRow: Tensor;
  /** Further sums, besides the loss. */
  tally: Tally;
}

/** Statistics of the training labels. */
export interface LabelStatistics {
  rows: number;
  /** Number of rows per class. */
  counts: readonly number[];
  /** Number of questions that their text does not answer; 0 by default. */
  unanswered?: number;
  /** Regression: mean and standard deviation of the labels; otherwise 0 and 1. */
  mean: number;
  deviation: number;
  /** Recommenders: how often each item occurs. */
  items?: ReadonlyMap<string, number>;
}

/** Converts examples to tokens for a given model. */
export interface Processor extends RowReader {
  /** Class names, for classification. */
  labels?: readonly string[];
  /** Statistics of the training labels, for objectives that weight or scale by them. */
  statistics?: LabelStatistics;
  /** Hashes of the recipe's referenced functions. */
  references?: Readonly<Record<string, string>>;
  rewardModel?: OpenRewardModel;
  /** The base model has a Laya head. */
  isLaya?: boolean;
}

/** Context of a loss. */
export interface PassContext {
  totals: Counts;
  runner?: StageRunner;
  /** Required by objectives with a reference model. */
  reference?: Reference;
}

/**
 * The training objective: converts examples to rows of its own type (`Row`); batches consist of these, or of rows that
 * it draws, loads or produces from them (`Read`). It sees hidden states and log-probabilities, never full logits.
 *
 * Its functions are methods, whose parameters TypeScript compares bivariantly, so that every objective is an
 * `Objective` to the trainer. The trainer only passes an objective's own rows back to it, and only reads the fields
 * that all rows have.
 */
export interface Objective<
  Given extends Example = Example,
  Row extends PreparedRow = PreparedRow,
  Read extends PreparedRow = Row,
> {
  /** Chooses the model's head. */
  readonly task: Task;
  readonly accepts: readonly Given['kind'][];
  /** True if a step's loss is a sum over rows, so that batches may be split; otherwise the reason. */
  readonly separable: true | string;
  /** Name of the count that the loss is averaged over: `tokens`, `rows`. */
  readonly unit: string;
  /** Keys for the result's config.json that define how to interpret the head's output. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** For objectives that compare with a reference model. */
  readonly reference?: ReferenceUse<Row>;
  /** For objectives that produce a step's rows themselves. */
  readonly production?: Production<Row, Read>;
  /** State between steps, for checkpoints; includes the objective's own weights. */
  readonly memory?: Memory;
  /** For losses that are not sums over rows: their per-row inputs, so that a step can still be split. */
  readonly joint?: JointLoss<Read>;
  /** Maximum tokens of an answer, if the recipe sets it. */
  readonly longestAnswer?: number;
  /** Pooling of a row's vector, if the recipe overrides the base model's. */
  readonly embedding?: Partial<EmbeddingOptions>;
  /** Prepares what rewards need, before training. @throws AttuneError E_JUDGE_DOWN, E_REWARD_MODEL */
  ready?(signal: AbortSignal): Promise<void>;
  /** Releases those resources. */
  dispose?(): void;
  /** Tokenises examples, in order; rows that cannot be trained on are undefined, with a problem listed. */
  prepare(examples: readonly Given[]): Promise<Prepared<Row>>;
  /** @throws AttuneError if the training rows as a whole allow no learning, although each is valid */
  check?(train: readonly Given[]): void;
  /** Splits a row that is too long into windows; without it, the policy for long rows applies. */
  windows?(row: Row, maxLength: number): readonly Row[];
  /** Draws random parts of rows (masks, negatives) before anything is counted; `at` is undefined in evaluations. */
  draw?(rows: readonly Row[], at: { seed: number; step: number } | undefined): readonly Read[];
  /** Loads the rows' files into memory, just before collation. */
  load?(rows: readonly Row[]): Promise<readonly Read[]>;
  collate(rows: readonly Read[]): Batch<Read>;
  counts(batch: Pick<Batch<Read>, 'rows'>): Counts;
  /**
   * Counts that require a pass through the model, for terms that are sums over rows only given these counts. Undefined
   * for models without such terms; not needed for a step with a single batch.
   */
  survey?(model: Model): ((batch: Batch) => Counts) | undefined;
  loss(model: Model, batch: Batch<Read>, context: PassContext): LossResult;
  /** The objective's own trained weights (a value head), which are dropped at the end of the run; the same at each call. */
  trainables?(model: Model): readonly Trainable[];
}

export interface ReferenceUse<Row extends PreparedRow> {
  /** Folder or name, if the recipe sets a reference other than the base model. */
  readonly model?: string | null;
  /** Values per row, f32 [R, K], if computed once before training: rows then become `JudgedRow`s. */
  judge?(model: Model, batch: Batch<Row>): Tensor;
}

/** Precomputed scores of a row by the reference model. */
export interface JudgedRow {
  reference?: Float32Array;
}

export interface Production<Row extends PreparedRow, Read extends PreparedRow> {
  /** Whether the model generates answers for it. */
  readonly rollsOut: boolean;
  /** Maximum tokens that answers add to a row; rows must leave room for them. */
  readonly room?: number;
  /** Generates, rewards and scores answers before a step is counted; the step then trains on the returned rows. */
  produce(rows: readonly Row[], step: StepContext): Promise<Produced<Read>>;
  /** The largest row that `produce` may return, for planning memory. */
  largest(row: Row): Read;
  /** Evaluates rows by rollouts instead of their loss. The best step is the one with the lowest `loss`. */
  evaluate?(rows: readonly Row[], step: StepContext): Promise<EvaluationResult>;
  /** Answers of the last evaluation. */
  evaluated?(): readonly EvaluatedAnswer[];
}

interface Memory {
  state(): Map<string, Tensor>;
  restore(state: ReadonlyMap<string, Tensor>): void;
}

/**
 * A loss over a whole batch's vectors. A step that does not fit into memory computes the vectors first and then their
 * gradients (GradCache, Gao et al. 2021), with the same result as a single batch.
 */
export interface JointLoss<Read extends PreparedRow = PreparedRow> {
  /** Number of rows that are compared with each other in evaluations. */
  readonly evaluatedTogether: number;
  /** One vector per text, row by row [S, D], or one per row */
  represent(model: Model, batch: Batch<Read>, context: Omit<PassContext, 'totals'>): Tensor;
  loss(vectors: Tensor, rows: readonly Read[], context: { model: Model; totals: Counts }): LossResult;
}

/** A rollout of an evaluation, for display. */
export interface EvaluatedAnswer {
  prompt: string | readonly Message[];
  completion: string;
  reward: number | null;
  source: { file: string; line: number };
}
