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
} from '../generate/index.ts';
import type { Model } from '../models/model.ts';
import { tokensOf, type PreparedRow, type Reference } from './interfaces.ts';
import { addCounts, type StepResult } from './step.ts';

/** What an objective makes the rows of a step with. */
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

export interface Produced {
  /** The rows of each update, one after the other. */
  updates: readonly (readonly PreparedRow[])[];
  metrics: Metrics;
}

/** Answers of the model as it is now, through one batcher that keeps what prompts share. */
export class Rollouts implements Disposable {
  readonly #parts: { model: Model; tokenizer: AnswerTokenizer };
  #batcher: Batcher | undefined;

  constructor(parts: { model: Model; tokenizer: AnswerTokenizer }) {
    this.#parts = parts;
  }

  /** All samples of all prompts, in order. */
  async generate(requests: readonly GenerationRequest[]): Promise<Completion[][]> {
    const batcher = (this.#batcher ??= new Batcher(this.#parts));
    const most = greatest(
      requests.map(({ n = 1 }) => n),
      1,
    );
    return askInTurn(requests, most, (request) => batcher.submit(request));
  }

  /** After every update: keys and values of earlier weights are worth nothing. */
  weightsMoved(): void {
    this.#batcher?.weightsMoved();
  }

  [Symbol.dispose](): void {
    this.#batcher?.[Symbol.dispose]();
    this.#batcher = undefined;
  }
}

/** Rows as micro-batches of at most so many tokens; a larger one alone. */
export function packed(rows: readonly PreparedRow[], microBatchTokens: number): PreparedRow[][] {
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
