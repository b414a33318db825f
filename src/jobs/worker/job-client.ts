import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web';
import type { StampedEvent } from '../../base/events.ts';
import { spellingsIn } from '../../files/written-numbers.ts';
import { stopped, type FromWorker, type ToJob } from './worker-messages.ts';

/** Receives a request's chunks until it is finished. */
interface OpenAnswer {
  stream: ReadableStreamDefaultController<unknown>;
  forget(): void;
}

/** The caller's side of a job: converts messages to promises, events and streams. */
export class JobClient {
  readonly #post: (message: ToJob) => void;
  readonly #onEvent: (event: StampedEvent) => void;
  readonly #started = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #result = Promise.withResolvers<unknown>();
  readonly #answers = new Map<number, OpenAnswer>();
  #nextId = 1;
  #hasStarted = false;
  #isOver = false;

  constructor(post: (message: ToJob) => void, onEvent: (event: StampedEvent) => void) {
    this.#post = post;
    this.#onEvent = onEvent;
    for (const { promise } of [this.#started, this.#ready, this.#result]) promise.catch(() => undefined);
  }

  /** Resolves once the job is loaded and has locked its folder. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** Resolves once the job accepts requests. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get result(): Promise<unknown> {
    return this.#result.promise;
  }

  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  stop(reason: string): void {
    this.#post({ type: 'stop', reason });
  }

  close(): void {
    this.#post({ type: 'close' });
  }

  /** Sends a request and streams the answer's chunks. Leaving the loop early or aborting the signal cancels it. */
  request(body: unknown, signal?: AbortSignal): ReadableStream<unknown> {
    const id = this.#nextId++;
    const cancel = (): void => {
      if (this.#take(id) !== undefined) this.#post({ type: 'cancel', id });
    };
    return new ReadableStream<unknown>({
      start: (controller) => {
        if (this.#isOver) return controller.error(stopped('the session is closed'));
        if (signal?.aborted === true) return controller.error(signal.reason);
        const stop = (): void => {
          // Fails consumers at once, rather than with the next chunk.
          controller.error(signal?.reason);
          cancel();
        };
        signal?.addEventListener('abort', stop);
        this.#answers.set(id, { stream: controller, forget: () => signal?.removeEventListener('abort', stop) });
        this.#post({ type: 'request', id, body, spellings: spellingsIn(body) });
      },
      cancel,
    });
  }

  receive(message: FromWorker): void {
    if (message.type === 'event') this.#watch(message.event);
    else if (message.type === 'started') this.#markStarted();
    else if (message.type === 'ready') this.#ready.resolve();
    else if (message.type === 'result') this.#finish(message.result);
    else if (message.type === 'failed') this.fail(message.error);
    else this.#answer(message);
  }

  /** Fails everything that is pending: the job failed, or its process is gone. Only the first outcome counts. */
  fail(error: unknown): void {
    this.#isOver = true;
    for (const { reject } of [this.#started, this.#ready, this.#result]) reject(error);
    for (const id of this.#answers.keys()) this.#take(id)?.error(error);
  }

  /** If the event callback throws, the job is stopped, so that the error is not lost. */
  #watch(event: StampedEvent): void {
    try {
      this.#onEvent(event);
    } catch (error) {
      this.stop('its watcher failed');
      this.fail(error);
    }
  }

  #markStarted(): void {
    this.#hasStarted = true;
    this.#started.resolve();
  }

  #finish(result: unknown): void {
    this.#result.resolve(result);
    this.fail(stopped('the session is closed'));
  }

  #answer(message: Extract<FromWorker, { id: number }>): void {
    if (message.type === 'chunk') return this.#answers.get(message.id)?.stream.enqueue(message.chunk);
    const answer = this.#take(message.id);
    if (message.type === 'end') answer?.close();
    else answer?.error(message.error);
  }

  /** Removes and returns a finished request's stream; undefined if it had finished already. */
  #take(id: number): ReadableStreamDefaultController<unknown> | undefined {
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    answer?.forget();
    return answer?.stream;
  }
}
