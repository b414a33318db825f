import { AttuneError } from '../../../base/errors.ts';
import { isSilence, Killable, SMALL_THREAD, thread, type End } from '../../../base/killable.ts';
import type { Part } from '../parts.ts';
import type { ShardAnswer, ShardJob } from './shard-messages.ts';

/** Worker threads that run steps, one shard at a time each; started on demand. */
export class ShardPool implements AsyncDisposable {
  readonly #entry: URL;
  readonly #idle: Killable<ShardAnswer>[] = [];
  readonly #all: Killable<ShardAnswer>[] = [];

  /** @param entry module of the worker thread, which calls `serveShards` */
  constructor(entry: URL) {
    this.#entry = entry;
  }

  /**
   * Runs the job on an idle or new thread; the caller limits their number. A thread has stopped writing before its
   * failure is reported, since its draft is deleted then.
   */
  async run(job: ShardJob, signal?: AbortSignal): Promise<Part> {
    const runner = this.#idle.pop() ?? this.#new();
    const heard = await runner.ask(job, { signal });
    if (isSilence(heard)) {
      const ended: End = heard.type === 'ended' ? heard : {};
      throw ended.error ?? new Error(`a thread that runs steps ended with ${ended.exitCode ?? 1}`);
    }
    this.#idle.push(runner);
    if ('part' in heard) return heard.part;
    throw 'failure' in heard ? AttuneError.fromJSON(heard.failure) : new Error(heard.crash);
  }

  /** Ends idle threads to free their memory. New work starts new ones. */
  async rest(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((runner) => runner.stop()));
  }

  #new(): Killable<ShardAnswer> {
    const runner = new Killable<ShardAnswer>(thread(this.#entry, { resourceLimits: SMALL_THREAD }));
    this.#all.push(runner);
    return runner;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((runner) => runner.stop()));
  }
}
