import { setImmediate } from 'node:timers/promises';
import { AttuneError } from '../../base/errors.ts';
import { formatBytes, plural } from '../../base/format.ts';
import type { Memory } from '../../models/memory.ts';
import type { Model } from '../../models/model.ts';
import { BLOCK_TOKENS, BlockPool, type Prefix } from './block-pool.ts';
import { openCache } from './open-cache.ts';
import type { OtherModel } from './other-model.ts';
import { InstalledAdapter, unknownAdapter, type NamedAdapter, type AnswerTokenizer } from './installed-adapter.ts';
import { Reader, type NextLogits } from './reader.ts';
import {
  settleRequest,
  type GenerationRequest,
  type RequestLimits,
  type SettledRequest,
} from './generation-request.ts';
import { blocksFor, Schedule } from './schedule.ts';
import type { Completion, TextEvent } from './sequence.ts';
import { Submission } from './submission.ts';

export interface BatcherOptions {
  /** Maximum number of concurrent answers. */
  maxSequences?: number;
  /** Maximum tokens per pass: long prompts are read in chunks, so that other answers continue in between. */
  maxPassTokens?: number;
  /** Memory for keys and values. A request waits until there is room for its longest possible answer. */
  cacheBytes?: number;
  /** Maximum number of waiting answers; further requests are refused. */
  maxWaiting?: number;
}

const defaults: Required<BatcherOptions> = {
  maxSequences: 32,
  maxPassTokens: 512,
  cacheBytes: 2 ** 30,
  maxWaiting: 100_000,
};

/** Answers beyond `maxSequences` for new owners when the batch is full. */
const SPARE_SEQUENCES = 8;

/** Share of the state rows that is reserved for reusable prompt prefixes. */
const KEPT_SHARE = 0.25;

export interface BatcherCounts {
  passes: number;
  /** Tokens of prompts and answers that went through the model. */
  read: number;
  /** Prompt tokens found in the cache. */
  shared: number;
  generated: number;
}

/** Created with the first request. */
interface Place {
  pool: BlockPool;
  reader: Reader;
  schedule: Schedule;
  cacheBytes: number;
}

/**
 * Continuous batching: requests join and leave between passes. An answer does not depend on the other requests in its
 * passes: attention sees one row only, and random numbers are keyed by the request's seed, sample and position. Prompts
 * are cached; `weightsMoved` invalidates the cache.
 */
export class Batcher implements Disposable {
  readonly counts: BatcherCounts = { passes: 0, read: 0, shared: 0, generated: 0 };
  readonly #model: Model;
  readonly #other: OtherModel | undefined;
  readonly #tokenizer: AnswerTokenizer;
  readonly #options: Required<BatcherOptions>;
  readonly #limits: RequestLimits;
  /** Ids of memories, for cache keys. */
  readonly #owners = new WeakMap<object, number>();
  readonly #adapters = new Map<string, InstalledAdapter>();
  /** Adapters that are installed or still have unfinished answers. */
  readonly #held = new Set<InstalledAdapter>();
  #ownerCount = 0;
  #domains = 0;
  #place: Place | undefined;
  #isRunning = false;
  #isClosed = false;

  constructor(parts: { model: Model; tokenizer: AnswerTokenizer; other?: OtherModel }, options: BatcherOptions = {}) {
    this.#model = parts.model;
    this.#other = parts.other;
    this.#tokenizer = parts.tokenizer;
    this.#options = { ...defaults, ...options };
    this.#limits = { ...parts.model.limits, stopIds: parts.tokenizer.stopIds };
  }

  /**
   * Continues a prompt: one completion per sample. `onText` receives text once it is final.
   *
   * Errors: E_ADAPTER_UNKNOWN, E_PROMPT_TOO_LONG, E_GENERATION_OPTIONS, E_QUEUE_FULL, E_CACHE_TOO_SMALL before anything
   * is read; E_LOGITS_NOT_FINITE, E_CONSTRAINT_STUCK, E_NO_TOKEN_LEFT; the signal's reason.
   */
  async submit(request: GenerationRequest, onText?: (event: TextEvent) => void): Promise<Completion[]> {
    if (this.#isClosed) throw closed();
    const { signal } = request;
    signal?.throwIfAborted();
    const adapter = request.adapter === undefined ? undefined : this.#adapterOf(request.adapter);
    const stopIds = adapter?.adapter.tokenizer?.stopIds ?? this.#limits.stopIds;
    const settled = withPrefix(settleRequest(request, { ...this.#limits, stopIds, adapter }), this.#model.prefix);
    const place = (this.#place ??= this.#open(settled.memory?.of));
    this.#refuseExcess(settled, place);
    const submission = new Submission(settled, this.#rootOf(settled), onText);
    place.schedule.add(submission);
    adapter?.use();
    const giveUp = () => place.schedule.giveUp(submission, signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    if (!this.#isRunning) void this.#run(place);
    try {
      return await submission.answer;
    } finally {
      signal?.removeEventListener('abort', giveUp);
      adapter?.leave();
    }
  }

  /**
   * Installs an adapter under a name. If the name is taken, the new adapter serves all further requests, and the old
   * one is disposed after its last answer. The batcher takes ownership.
   */
  install(id: string, adapter: NamedAdapter): void {
    if (this.#isClosed) throw closed();
    const before = this.#adapters.get(id);
    const installed = new InstalledAdapter(++this.#domains, adapter, (self) => this.#free(self));
    this.#held.add(installed);
    this.#adapters.set(id, installed);
    void before?.retire();
  }

  /** Removes an adapter and its cached content after its last answer. @throws E_ADAPTER_UNKNOWN */
  async remove(id: string): Promise<void> {
    const adapter = this.#adapterOf(id);
    this.#adapters.delete(id);
    await adapter.retire();
  }

  #adapterOf(id: string): InstalledAdapter {
    const known = this.#adapters.get(id);
    if (known === undefined) throw unknownAdapter(id, this.#adapters.keys());
    return known;
  }

  #free(installed: InstalledAdapter): void {
    if (!this.#held.delete(installed)) return; // the batcher was closed
    this.#place?.schedule.forgetDomain(installed.domain);
    this.#place?.reader.forget(installed);
    installed.adapter.dispose();
  }

  #open(memory: Memory | undefined): Place {
    const { maxSequences, maxPassTokens, cacheBytes } = this.#options;
    const mostTokens = maxSequences * (this.#limits.maxPositions + this.#model.prefix.length);
    const places = maxSequences + SPARE_SEQUENCES;
    const mostRows = Math.ceil(places / (1 - KEPT_SHARE));
    const options = { memory, bytes: cacheBytes, mostTokens, mostRows };
    const { cache, rows } = openCache(this.#model, options);
    // A token has the same slot in both caches.
    const other = this.#other?.run((model) => openCache(model, options));
    const slots = Math.min(cache.slots, other?.cache.slots ?? cache.slots);
    const allRows = Math.min(rows, other?.rows ?? rows);
    const hasStates = cache.hasStates || other?.cache.hasStates === true;
    const maxRows = Math.min(places, allRows - Math.floor(hasStates ? KEPT_SHARE * allRows : 0));
    const kept = Array.from({ length: allRows - maxRows }, (_, i) => maxRows + i);
    const pool = new BlockPool(Math.floor(slots / BLOCK_TOKENS), hasStates ? kept : undefined);
    const most = Math.min(maxSequences, maxRows);
    const spareSequences = maxRows - most;
    const schedule = new Schedule(pool, this.#tokenizer, { maxSequences: most, spareSequences, maxPassTokens });
    return {
      pool,
      reader: new Reader(this.#model, cache, other && { ...this.#other!, cache: other.cache }),
      schedule,
      cacheBytes: cache.bytes,
    };
  }

  #refuseExcess(request: SettledRequest, { pool, schedule, cacheBytes }: Place): void {
    const needed = blocksFor(request);
    if (needed > pool.size) {
      throw new AttuneError('E_CACHE_TOO_SMALL', {
        what: 'The key-value cache cannot hold a prompt with its answer',
        got: `${plural(request.prompt.length, 'tokens')} of prompt and up to ${request.maxNewTokens} of answer`,
        expected: `at most ${pool.size * BLOCK_TOKENS} tokens, in ${formatBytes(cacheBytes)}`,
        fix: 'allow fewer new tokens, or more memory for the cache (in serve.yaml: kv_cache)',
      });
    }
    if (schedule.waiting + request.n <= this.#options.maxWaiting) return;
    throw new AttuneError('E_QUEUE_FULL', {
      what: 'Too many requests are waiting',
      got: `${schedule.waiting} waiting, ${request.n} more`,
      expected: `at most ${this.#options.maxWaiting}`,
      fix: 'retry when other requests have finished',
    });
  }

  /** The model's weights changed, for example by a training step: invalidates everything that was cached. */
  weightsMoved(): void {
    this.#place?.schedule.forgetAll();
  }

  /**
   * Cache key: prompts share keys and values only with the same adapter, salt, recording, images and positional regime.
   * The parts are encoded as JSON, so that no part can be mistaken for another.
   */
  #rootOf({ memory, images, prompt, maxNewTokens, salt, adapter }: SettledRequest): Prefix | undefined {
    const { stack } = this.#model.trunk;
    if (stack.outdates?.(prompt.length, prompt.length + maxNewTokens) === true) return undefined;
    const regime = stack.regimeOf?.(prompt.length) ?? 0;
    const heard = memory === undefined ? null : [this.#numberOf(memory.of), memory.row];
    const domain = adapter?.domain ?? 0;
    return { domain, key: JSON.stringify([domain, salt ?? null, heard, images?.keyOf(prompt) ?? null, regime]) };
  }

  #numberOf(owner: object): number {
    const number = this.#owners.get(owner) ?? ++this.#ownerCount;
    this.#owners.set(owner, number);
    return number;
  }

  /** Runs passes until no request is left, yielding to the event loop between them. */
  async #run(place: Place): Promise<void> {
    this.#isRunning = true;
    await setImmediate(); // lets requests of the same tick start together
    while (!this.#isClosed && !place.schedule.isIdle) {
      try {
        this.#pass(place);
      } catch (error) {
        place.schedule.giveUpAll(error);
      }
      await setImmediate();
    }
    this.#isRunning = false;
  }

  #pass({ schedule, reader }: Place): void {
    this.counts.shared += schedule.admit();
    const { stack } = this.#model.trunk;
    schedule.forgetOutdated((from, to) => stack.outdates?.(from, to) === true);
    const readings = schedule.plan();
    if (readings.length === 0) return; // all waiting requests were cancelled
    const start = performance.now();
    const next = reader.read(readings);
    this.counts.passes++;
    for (const { count } of readings) this.counts.read += count;
    reader.copyStates(schedule.markRead(readings));
    for (const entry of next) this.#advance(entry, schedule);
    schedule.charge(readings, (performance.now() - start) / 1000);
    schedule.settleFinished();
  }

  #advance({ sequence, best, highest, logits }: NextLogits, schedule: Schedule): void {
    if (!schedule.has(sequence)) return; // cancelled by a callback of an earlier answer in this pass
    const before = sequence.known;
    try {
      if (!Number.isFinite(highest)) throw notFinite(highest);
      sequence.advance(logits, best);
    } catch (error) {
      schedule.giveUpOf(sequence, error);
    }
    this.counts.generated += sequence.known - before;
  }

  /** Cancels unanswered requests and frees the cache. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#place?.schedule.giveUpAll(closed());
    this.#place?.reader[Symbol.dispose]();
    for (const { adapter } of this.#held) adapter.dispose();
    this.#held.clear();
  }
}

/** Prepends an adapter's virtual tokens to the prompt. */
function withPrefix(request: SettledRequest, prefix: readonly number[]): SettledRequest {
  return prefix.length === 0
    ? request
    : {
        ...request,
        prefix: prefix.length + request.prefix,
        prompt: Int32Array.from([...prefix, ...request.prompt]),
      };
}

function notFinite(value: number): AttuneError {
  return new AttuneError('E_LOGITS_NOT_FINITE', {
    what: 'The model produces logits that are not finite',
    got: String(value),
    expected: 'finite numbers',
    fix: 'compute in f32, and check that the weights are intact',
  });
}

function closed(): AttuneError {
  return new AttuneError('E_STOPPED', { what: 'The generator was closed before the request was answered' });
}
