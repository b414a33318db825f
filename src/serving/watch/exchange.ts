/** Record of one finished request, for log, metrics and traces. */
import { randomUUID } from 'node:crypto';
import type { Answer } from '../../answering/generate/generate.ts';
import type { RowAnswer } from '../models/opened.ts';
import type { ServedModel } from '../models/model-table.ts';
import type { TokenCounts } from '../schemas/common.ts';

/** Result of admitting a request. */
export interface Admittance {
  headers: Readonly<Record<string, string>>;
  /** Replaces the estimate by the actual number of tokens; zero if the request failed. */
  settle(tokens: number): void;
}

export class Exchange {
  readonly id = `req_${randomUUID().replaceAll('-', '')}`;
  readonly start = performance.now();
  /** Milliseconds since the epoch. */
  readonly startedAt = Date.now();
  readonly method: string;
  /** As the table of endpoints has it: `/v1/models/{model}`. */
  readonly path: string;
  /** Name of the key. */
  keyName: string | undefined;
  /** Size of the JSON body. */
  bodyBytes = 0;
  /** Result of the key's rate limits. */
  admittance: Admittance | undefined;
  model: ServedModel | undefined;
  /** The name that the request uses. */
  askedFor: string | undefined;
  isStream = false;
  /** The answer goes on after its headers were sent. */
  isHeld = false;
  isOver = false;
  counts: TokenCounts | undefined;
  finishReasons: string[] = [];
  /** Answers of a generative model, by row. */
  readonly answers: Pick<Answer, 'text' | 'finishReason' | 'usage' | 'logProbs'>[] = [];
  /** Predictions of a classifier. */
  predictions: readonly RowAnswer[] = [];
  /** Texts of a generative model's answers, while the request is being examined. */
  texts: readonly string[] | undefined;
  /** Repeats the request for another version as a shadow; only for requests that a model answers. */
  replay: ((model: string) => Promise<{ exchange: Exchange; status: number; error?: unknown }>) | undefined;
  /** A shadow request: its answer is discarded and not counted. */
  isShadow = false;
  /** Milliseconds to the first part of an answer, and from then on between parts. */
  firstPart: number | undefined;
  readonly partGaps: number[] = [];
  #lastPart: number | undefined;
  /** The operation (`chat`, `embeddings`) with the request's own fields and the id of its answer. */
  asked: { operation: string; id?: string; body: Readonly<Record<string, unknown>> } | undefined;

  /** The span of the client's trace in which the request was made. */
  readonly traceParent: string | undefined;

  constructor(request: Request, path: string) {
    this.method = request.method;
    this.traceParent = request.headers.get('traceparent') ?? undefined;
    this.path = path;
  }

  of(model: ServedModel, name: string): void {
    this.model = model;
    this.askedFor = name;
  }

  describe(asked: NonNullable<Exchange['asked']>): void {
    this.asked = asked;
  }

  /** A part of an answer was made. */
  part(): void {
    const now = performance.now();
    if (this.#lastPart === undefined) this.firstPart = now - this.start;
    else if (this.partGaps.length < MOST_GAPS) this.partGaps.push(now - this.#lastPart);
    this.#lastPart = now;
  }

  finished(counts: TokenCounts, reasons: readonly string[], texts?: readonly string[]): void {
    this.counts = counts;
    this.texts = texts;
    this.finishReasons = [...reasons];
  }

  get milliseconds(): number {
    return performance.now() - this.start;
  }
}

const MOST_GAPS = 10_000;
