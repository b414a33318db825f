import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web';
import { stopped, type FromWorker } from './worker-messages.ts';
import type { JobRequest } from '../../base/job.ts';

/** The requests of a session, in the job's process. */
export class RequestQueue {
  readonly requests: AsyncIterable<JobRequest>;
  readonly #send: (message: FromWorker) => void;
  readonly #open = new Map<number, AbortController>();
  #controller!: ReadableStreamDefaultController<JobRequest>;
  #isReady = false;
  #isClosed = false;

  constructor(send: (message: FromWorker) => void) {
    this.#send = send;
    this.requests = new ReadableStream<JobRequest>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#announce(),
        cancel: () => void (this.#isClosed = true),
      },
      // Disables prefetching, so that the first pull is the job's own.
      { highWaterMark: 0 },
    );
  }

  add(id: number, body: unknown): void {
    const controller = new AbortController();
    this.#open.set(id, controller);
    const request: JobRequest = {
      body,
      signal: controller.signal,
      send: (chunk) => this.#answer(id, { type: 'chunk', id, chunk }),
      end: () => this.#finish(id, { type: 'end', id }),
      fail: (error) => this.#finish(id, { type: 'request-failed', id, error }),
    };
    if (this.#isClosed) request.fail(stopped('the session is closed'));
    else this.#controller.enqueue(request);
  }

  cancel(id: number): void {
    this.#open.get(id)?.abort();
    this.#open.delete(id);
  }

  /** Stops accepting requests; accepted ones may still be answered. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#controller.close();
  }

  #announce(): void {
    if (!this.#isReady) this.#send({ type: 'ready' });
    this.#isReady = true;
  }

  #answer(id: number, message: FromWorker): void {
    if (this.#open.has(id)) this.#send(message);
  }

  #finish(id: number, message: FromWorker): void {
    this.#answer(id, message);
    this.#open.delete(id);
  }
}
