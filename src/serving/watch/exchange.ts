/** Record of one finished request, for log, metrics and traces. */
import { randomUUID } from 'node:crypto';
import type { Answer } from '../../answering/generate/generate.ts';
import type { RowAnswer } from '../models/opened.ts';
import type { ServedModel } from '../models/model-table.ts';
import type { TokenCounts } from '../schemas/common.ts';

/** Result of admitting a request. */
export interface Admittance {
  headers: Readonly<Record<string, string>>;
  /** Replaces the estimate with the actual number of tokens; zero if the request failed. */
  settle(tokens: number): void;
}

export class Exchange {
  readonly id = `req_${randomUUID().replaceAll('-', '')}`;
  readonly start = performance.now();
  /** Time of the request in milliseconds since the epoch. */
  readonly startedAt = Date.now();
  readonly method: string;
  /** Path as declared by the endpoint: `/v1/models/{model}`. */
  readonly path: string;
  /** Name of the API key. */
  keyName: string | undefined;
  /** Size of the JSON body. */
  bodyBytes = 0;
  /** Result of the key's rate limits. */
  admittance: Admittance | undefined;
  model: ServedModel | undefined;
  /** Model name in the request. */
  askedFor: string | undefined;
  isStream = false;
  /** Whether the answer continues after its headers were sent. */
  isHeld = false;
  isOver = false;
  counts: TokenCounts | undefined;
  finishReasons: string[] = [];
  /** Answers of a generative model, by row. */
  readonly answers: Pick<Answer, 'text' | 'finishReason' | 'usage' | 'logProbs'>[] = [];
  /** Predictions of a classifier. */
  predictions: readonly RowAnswer[] = [];
  /** Texts of a generative model's answers, set while guards evaluate the request. */
  texts: readonly string[] | undefined;
  /** Repeats the request on another version as a shadow; only for requests that a model answers. */
  replay: ((model: string) => Promise<{ exchange: Exchange; status: number; error?: unknown }>) | undefined;
  /** Whether this is a shadow request, whose answer is discarded and not counted. */
  isShadow = false;
  /** Milliseconds to the first token of an answer, and then between tokens. */
  firstPart: number | undefined;
  readonly partGaps: number[] = [];
  #lastPart: number | undefined;
  /** The operation (`chat`, `embeddings`), the request's fields, and the id of its answer. */
  asked: { operation: string; id?: string; body: Readonly<Record<string, unknown>> } | undefined;

  /** The client's `traceparent` header. */
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

  /** Called for each part of an answer that is generated. */
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
