import { AttuneError } from '../base/errors.ts';
import { greatest } from '../base/many.ts';
import { entryOf } from '../base/table.ts';
import type { EventSink, Metrics } from '../base/events.ts';
import { packShares } from '../data/packing.ts';
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
import { roundsOf, type Shared } from './shared/shared.ts';
import { addCounts, type StepResult } from './train-step.ts';

/** How a step is divided into micro-batches. */
export interface StepPacking {
  microBatchTokens: number;
  /** Number of equal shares that the step is divided into first, for as many processes. Default 1. */
  shares?: number;
}

/** Context in which an objective produces a step's rows. */
export interface StepContext extends StepPacking {
  /** Number of previous steps, including earlier runs; keys random numbers, together with the seed. */
  step: number;
  seed: number;
  model: Model;
  /** Required by objectives with a reference model, as is `rollouts`. */
  reference?: Reference;
  rollouts?: Rollouts;
  /** The processes that share the step; undefined for one process. */
  shared?: Shared;
  signal: AbortSignal;
  emit: EventSink;
}

export interface Produced<Row extends PreparedRow = PreparedRow> {
  /** The rows of each update, in order. */
  updates: readonly (readonly Row[])[];
  metrics: Metrics;
}

interface RolloutParts {
  model: Model;
  tokenizer: AnswerTokenizer;
  /** Required by objectives with a reference model. */
  reference?: Reference;
  /** Maximum bytes of cached keys and values; the batcher's own limit by default. */
  cacheBytes?: number;
}

interface RolloutChoice {
  /** Weight of the reference in a geometric mixture: 0 (default) for the model alone, 1 for the reference alone. */
  share?: number;
  /** The processes that share the prompts; undefined for one process. */
  shared?: Shared;
}

/** Generates answers with the current model, the reference, or a mixture of both; batchers cache what prompts share. */
export class Rollouts implements Disposable {
  readonly #parts: RolloutParts;
  /** Keyed by the share of the reference. */
  readonly #batchers = new Map<number, Batcher>();

  /** Undefined for objectives without rollouts. */
  static of({ production }: Objective, parts: RolloutParts): Rollouts | undefined {
    return production?.rollsOut === true ? new Rollouts(parts) : undefined;
  }

  constructor(parts: RolloutParts) {
    this.#parts = parts;
  }

  /**
   * All samples of all prompts, in order.
   *
   * @throws AttuneError E_ROLLOUT_PREFIX
   */
  async generate(
    requests: readonly GenerationRequest[],
    { share = 0, shared }: RolloutChoice = {},
  ): Promise<Completion[][]> {
    const own = roundsOf([...requests.entries()], shared).flatMap(({ own: one }) => (one === undefined ? [] : [one]));
    const answers = await this.#answer(
      own.map(([, request]) => request),
      share,
    );
    if (shared === undefined) return answers;
    return shared.inOrder(
      'rollouts',
      own.map(([place], i) => [place, answers[i]] as const),
    );
  }

  #answer(requests: readonly GenerationRequest[], share: number): Promise<Completion[][]> {
    const batcher = this.#batchers.get(share) ?? this.#open(share);
    const most = greatest(
      requests.map(({ n = 1 }) => n),
      1,
    );
    return askInTurn(requests, most, (request) => batcher.submit(request));
  }

  #open(share: number): Batcher {
    const { model, tokenizer, reference, cacheBytes } = this.#parts;
    if (share > 0 && model.prefix.length > 0) throw prefixUnknown();
    if (share > 0 && reference === undefined) throw new Error('this objective needs a reference model');
    const other = share > 0 && { other: { run: reference!, share } };
    const batcher = new Batcher({ model, tokenizer, ...other }, cacheBytes === undefined ? {} : { cacheBytes });
    this.#batchers.set(share, batcher);
    return batcher;
  }

  /** Call after every update: cached keys and values are outdated. */
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

/** Packs rows into micro-batches of at most `microBatchTokens` tokens; larger rows are on their own. */
export function packed<Row extends PreparedRow>(
  rows: readonly Row[],
  { microBatchTokens, shares = 1 }: StepPacking,
): Row[][] {
  const order = rows.map((_, row) => row);
  const batches = packShares(order, rows.map(tokensOf), { capacity: microBatchTokens, shares });
  return batches.map((batch) => batch.map((row) => rows[row]));
}

/** Merges several updates into the result of one step: means of measurements, sums of counts. */
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
    isSkipped: results.every(({ isSkipped }) => isSkipped),
  };
}

/** Result of a step without anything to train on. */
export function nothingUpdated(metrics: Metrics): StepResult {
  return { loss: 0, gradNorm: 0, inputTokens: 0, counts: {}, metrics };
}

/** Undefined if the signal interrupted it. */
export async function unlessStopped<T>(signal: AbortSignal, body: () => Promise<T>): Promise<T | undefined> {
  try {
    return await body();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
