import type { Example, ExampleKind } from '../data/example.ts';
import type { Task } from '../models/architecture.ts';
import type { EmbeddingOptions } from '../models/heads/embedding.ts';
import type { Model } from '../models/model.ts';
import type { StageRunner } from '../models/stack.ts';
import type { Tensor } from '../engine/tensor/index.ts';
import type { Message } from '../models/text/message.ts';
import type { EvaluationResult } from './evaluate.ts';
import type { Batch, Counts, Prepared, PreparedRow, Reference } from '../answering/tasks/rows/rows.ts';
import type { LossResult, Trainable } from '../methods/interfaces.ts';
import type { Produced, StepContext } from './produce.ts';

/** Context of a loss. */
export interface PassContext {
  totals: Counts;
  runner?: StageRunner;
  /** Present for objectives that need it. */
  reference?: Reference;
}

/** The training objective. It sees hidden states and log-probabilities, never whole logits. */
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
  /** Requirements on a run besides model and rows. */
  readonly needs?: { reference?: true; rollouts?: true };
  /** Folder or name of the reference model, where the recipe names another than the base model. */
  readonly referenceModel?: string;
  /** Tokens that a row may gain by its answers; rows must leave room for them. */
  readonly room?: number;
  /** Tokens of the longest answer that it reads, where the recipe says it. */
  readonly longestAnswer?: number;
  /** How a row's vector is made, where the recipe says it and not the base model. */
  readonly embedding?: Partial<EmbeddingOptions>;
  /** Opens or reaches what rewards need, before training. @throws AttuneError E_JUDGE_DOWN, E_REWARD_MODEL */
  ready?(signal: AbortSignal): Promise<void>;
  /** Frees that. */
  dispose?(): void;
  /** Answers of the last evaluation, where rows are scored by rollouts. */
  evaluated?(): readonly EvaluatedAnswer[];
  /** Tokenises examples, in order; a row that cannot be trained on is undefined and has its problem listed. */
  prepare(examples: readonly Example[]): Promise<Prepared>;
  /** @throws AttuneError where the training rows as a whole cannot be learnt from, each being sound */
  check?(train: readonly Example[]): void;
  /** The windows that a row is read in which is too long to be read at once; the policy for long rows, unless given. */
  windows?(row: PreparedRow, maxLength: number): readonly PreparedRow[];
  /** Decides what of rows is trained this time, before anything is counted; `at` is undefined where they are evaluated. */
  draw?(rows: readonly PreparedRow[], at: { seed: number; step: number } | undefined): readonly PreparedRow[];
  /** For losses that are not sums over rows: their per-row inputs, so that a step can still be divided. */
  readonly joint?: JointLoss;
  /** Brings into memory what rows need besides their tokens, just before they are collated. */
  load?(rows: readonly PreparedRow[]): Promise<readonly PreparedRow[]>;
  /** Before a step is counted: rolls out, rewards, scores. `rows` are the step's; what it gives is trained on. */
  produce?(rows: readonly PreparedRow[], step: StepContext): Promise<Produced>;
  /** The most that `produce` may make of a row, for planning memory. */
  largest?(row: PreparedRow): PreparedRow;
  /** Scores rows where their loss does not: by rollouts. The loss is what the best step has the least of. */
  evaluate?(rows: readonly PreparedRow[], step: StepContext): Promise<EvaluationResult>;
  /** The reference model's values that a loss needs, f32 [R, K]; computed once and stored with rows on request. */
  judge?(model: Model, batch: Batch): Tensor;
  /** Whether `judge` is asked once for all rows before training. */
  readonly judgesOnce?: boolean;
  collate(rows: readonly PreparedRow[]): Batch;
  counts(batch: Pick<Batch, 'rows'>): Counts;
  /**
   * Counts that require a pass through the model, for terms that become sums over rows only with them; undefined for
   * models that have none. A step of one batch does not need it.
   */
  survey?(model: Model): ((batch: Batch) => Counts) | undefined;
  loss(model: Model, batch: Batch, context: PassContext): LossResult;
  /** Weights of its own that move with the model's and end with the run (a value head); the same at each call. */
  trainables?(model: Model): readonly Trainable[];
  /** State between steps, for checkpoints; includes its own weights. */
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

/** A rollout of an evaluation, for people. */
export interface EvaluatedAnswer {
  prompt: string | readonly Message[];
  completion: string;
  reward: number | null;
  source: { file: string; line: number };
}
