import { Worker } from 'node:worker_threads';
import { AttuneError } from '../../../base/errors.ts';
import type { Part } from '../parts.ts';
import type { ShardAnswer, ShardJob } from './protocol.ts';

interface Thread {
  worker: Worker;
  waiting?: { resolve(part: Part): void; reject(error: unknown): void };
}

/** Garbage is collected sooner than it would be: of each core's thread it would be some hundred megabytes. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 24 };

/** Threads that run steps over shards, each of them a shard at a time; they start when there is work for them. */
export class ShardPool implements AsyncDisposable {
  readonly #entry: URL;
  readonly #idle: Thread[] = [];
  readonly #all: Thread[] = [];

  /** @param entry the module that a thread runs: it calls `serveShards` */
  constructor(entry: URL) {
    this.#entry = entry;
  }

  /** The job by an idle thread, or a new one: who asks bounds how many are under way. */
  async run(job: ShardJob, signal?: AbortSignal): Promise<Part> {
    const thread = this.#idle.pop() ?? this.#start();
    const stop = (): void => void this.#end(thread, signal!.reason);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const part = await new Promise<Part>((resolve, reject) => {
        thread.waiting = { resolve, reject };
        // oxlint-disable-next-line require-post-message-target-origin -- a thread has no origin
        thread.worker.postMessage(job);
      });
      this.#idle.push(thread);
      return part;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Ends threads that have nothing to do: their memory is free for what is done elsewhere. New ones start with new work. */
  async rest(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map(({ worker }) => worker.terminate()));
  }

  #start(): Thread {
    const thread: Thread = { worker: new Worker(this.#entry, { resourceLimits: THREAD_LIMITS }) };
    thread.worker.on('message', (answer: ShardAnswer) => {
      const { waiting } = thread;
      thread.waiting = undefined;
      if ('part' in answer) waiting?.resolve(answer.part);
      else waiting?.reject('failure' in answer ? AttuneError.fromJSON(answer.failure) : new Error(answer.crash));
    });
    thread.worker.on('error', (error) => void this.#end(thread, error));
    thread.worker.on(
      'exit',
      (code) => void this.#end(thread, new Error(`a thread that runs steps ended with ${code}`)),
    );
    this.#all.push(thread);
    return thread;
  }

  /** The thread must have stopped writing before its failure is reported, since the draft is removed then. */
  async #end(thread: Thread, reason: unknown): Promise<void> {
    const { waiting } = thread;
    thread.waiting = undefined;
    await thread.worker.terminate();
    waiting?.reject(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map(({ worker }) => worker.terminate()));
  }
}
