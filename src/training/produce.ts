import { AttuneError } from '../base/errors.ts';
import { greatest } from '../base/many.ts';
import { entryOf } from '../base/table.ts';
import type { EventSink, Metrics } from '../base/events.ts';
import { packRows } from '../data/packing.ts';
import {
  askInTurn,
  Batcher,
  type AnswerTokenizer,
  type Completion,
  type GenerationRequest,
} from '../answering/decoding/index.ts';
import type { Model } from '../models/model.ts';
import { tokensOf, type PreparedRow, type Reference } from '../answering/tasks/rows/prepared-rows.ts';
import type { Objective } from './objective.ts';
import { addCounts, type StepResult } from './train-step.ts';

/** Context in which an objective produces a step's rows. */
export interface StepContext {
  /** Steps before this one, those of earlier runs too; with the seed it keys random numbers. */
  step: number;
  seed: number;
  model: Model;
  /** Present where the objective needs it, as `rollouts` is. */
  reference?: Reference;
  rollouts?: Rollouts;
  /** Tokens computed at once. */
  microBatchTokens: number;
  signal: AbortSignal;
  emit: EventSink;
}

export interface Produced<Row extends PreparedRow = PreparedRow> {
  /** The rows of each update, one after the other. */
  updates: readonly (readonly Row[])[];
  metrics: Metrics;
}

interface RolloutParts {
  model: Model;
  tokenizer: AnswerTokenizer;
  /** Present where the objective needs it. */
  reference?: Reference;
  /** Keys and values that are kept at most; the batcher's own bound unless given. */
  cacheBytes?: number;
}

/** Answers of the model as it is now, of the reference, or of both mixed; each through a batcher that keeps what prompts share. */
export class Rollouts implements Disposable {
  readonly #parts: RolloutParts;
  /** By the share of the reference. */
  readonly #batchers = new Map<number, Batcher>();

  /** Undefined for objectives that need none. */
  static of({ production }: Objective, parts: RolloutParts): Rollouts | undefined {
    return production?.rollsOut === true ? new Rollouts(parts) : undefined;
  }

  constructor(parts: RolloutParts) {
    this.#parts = parts;
  }

  /**
   * All samples of all prompts, in order.
   * @param share of the reference in what is sampled, as a geometric mixture: 0, the model alone; 1, the reference alone
   * @throws AttuneError E_ROLLOUT_PREFIX
   */
  async generate(requests: readonly GenerationRequest[], share = 0): Promise<Completion[][]> {
    const batcher = this.#batchers.get(share) ?? this.#open(share);
    const most = greatest(
      requests.map(({ n = 1 }) => n),
      1,
    );
    return askInTurn(requests, most, (request) => batcher.submit(request));
  }

  #open(share: number): Batcher {
    const { reference, cacheBytes, ...parts } = this.#parts;
    if (share > 0 && parts.model.prefix.length > 0) throw prefixUnknown();
    if (share > 0 && reference === undefined) throw new Error('this objective needs a reference model');
    const other = share > 0 && { other: { run: reference!, share } };
    const batcher = new Batcher({ ...parts, ...other }, cacheBytes === undefined ? {} : { cacheBytes });
    this.#batchers.set(share, batcher);
    return batcher;
  }

  /** After every update: keys and values of earlier weights are worth nothing. */
  weightsMoved(): void {
    for (const batcher of this.#batchers.values()) batcher.weightsMoved();
  }

  [Symbol.dispose](): void {
    for (const batcher of this.#batchers.values()) batcher[Symbol.dispose]();
    this.#batchers.clear();
  }
}

function prefixUnknown(): AttuneError {
  return new AttuneError('E_ROLLOUT_PREFIX', {
    what: 'The tuning adds virtual tokens to every prompt, which the reference that generates answers does not have',
    fix: 'use another tuning, such as lora; or an objective that samples only from the trained model, such as online_dpo',
  });
}

/** Rows as micro-batches of at most `microBatchTokens` tokens; a larger one alone. */
export function packed<Row extends PreparedRow>(rows: readonly Row[], microBatchTokens: number): Row[][] {
  const order = rows.map((_, row) => row);
  return packRows(order, rows.map(tokensOf), microBatchTokens).map((batch) => batch.map((row) => rows[row]));
}

/** Several updates as the result of one step: means of what was measured, sums of what was counted. */
export function joinUpdates(results: readonly StepResult[]): StepResult {
  const [first, ...others] = results;
  if (others.length === 0) return first;
  const mean = (of: (result: StepResult) => number) =>
    results.reduce((sum, result) => sum + of(result), 0) / results.length;
  const names = [...new Set(results.flatMap(({ metrics }) => Object.keys(metrics)))];
  const known = (name: string) =>
    results.map(({ metrics }) => entryOf(metrics, name)).filter((value) => value !== undefined);
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    loss: mean(({ loss }) => loss),
    gradNorm: mean(({ gradNorm }) => gradNorm),
    inputTokens: results.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    counts: addCounts(results.map(({ counts }) => counts)),
    metrics: Object.fromEntries(names.map((name) => [name, meanOf(known(name))])),
  };
}

/** A step that found nothing to train on. */
export function nothingUpdated(metrics: Metrics): StepResult {
  return { loss: 0, gradNorm: 0, inputTokens: 0, counts: {}, metrics };
}
