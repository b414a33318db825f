/** What is known of one request when it is over: for the log, the metrics and the traces. */
import { randomUUID } from 'node:crypto';
import type { Answer } from '../../jobs/generate/generate.ts';
import type { RowAnswer } from '../models/opened.ts';
import type { ServedModel } from '../models/model-table.ts';
import type { Admittance } from '../usage/rate-limits.ts';

/** Tokens of all answers of a request. */
export interface TokenCounts {
  prompt: number;
  /** Of the prompt, those that did not have to be read. */
  shared: number;
  answer: number;
}

export class Exchange {
  readonly id = `req_${randomUUID().replaceAll('-', '')}`;
  readonly start = performance.now();
  /** Milliseconds since the epoch. */
  readonly startedAt = Date.now();
  readonly method: string;
  /** As the table of endpoints has it: `/v1/models/{model}`. */
  readonly path: string;
  /** Who asks, by the name of the key. */
  keyName: string | undefined;
  /** Of a body in JSON. */
  bodyBytes = 0;
  /** What its key was let in with. */
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
  /** What a model that writes has answered, by row. */
  readonly answers: Pick<Answer, 'text' | 'finishReason' | 'usage' | 'logProbs'>[] = [];
  /** What a model that classifies has answered. */
  predictions: readonly RowAnswer[] = [];
  /** Of a model that writes: its answers, for as long as the request is looked at. */
  texts: readonly string[] | undefined;
  /** Asks another version the same, for nobody; only of requests that a model answers. */
  replay: ((model: string) => Promise<{ exchange: Exchange; status: number; error?: unknown }>) | undefined;
  /** Nobody sees its answer, and nothing counts it. */
  isShadow = false;
  /** Milliseconds to the first part of an answer, and from then on between parts. */
  firstPart: number | undefined;
  readonly partGaps: number[] = [];
  #lastPart: number | undefined;
  /** What is asked for: `chat`, `embeddings`, with the request's own fields and the id of its answer. */
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
