import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Finding } from '@attune/privacy';
import type { FindAnswer, FindRequest, ThreadData } from './protocol.ts';

interface Waiting {
  resolve(found: Finding[][][]): void;
  reject(error: unknown): void;
}

/** Makes garbage collection start earlier; otherwise each thread would grow by hundreds of megabytes. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 24 };

/** thread.ts in the checkout, thread.js in the published package. */
function threadEntry(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url));
}

/** Detector threads: rows are independent, so they are examined in parallel. */
export class DetectorPool implements AsyncDisposable {
  readonly #threads: { worker: Worker; open: number }[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;
  #failure: unknown;

  constructor(threads: number, data: ThreadData) {
    for (let index = 0; index < threads; index++) {
      const worker = new Worker(threadEntry(), { workerData: data, resourceLimits: THREAD_LIMITS });
      const thread = { worker, open: 0 };
      worker.on('message', ({ number, found }: FindAnswer) => {
        thread.open--;
        this.#waiting.get(number)?.resolve(found);
        this.#waiting.delete(number);
      });
      worker.on('error', (error) => this.#fail(error));
      worker.on('exit', (code) => this.#fail(new Error(`a thread that looks for personal data ended with ${code}`)));
      this.#threads.push(thread);
    }
  }

  /** Findings by row and text, from the least busy thread. */
  find(rows: FindRequest['rows']): Promise<Finding[][][]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure as Error);
    const thread = this.#threads.reduce((least, one) => (one.open < least.open ? one : least));
    const number = this.#number++;
    thread.open++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      const request: FindRequest = { number, rows };
      // oxlint-disable-next-line require-post-message-target-origin -- a thread has no origin
      thread.worker.postMessage(request);
    });
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { worker } of this.#threads) worker.removeAllListeners('exit');
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }
}
