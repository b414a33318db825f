import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Instead of an answer: the thread has ended, by an error or `process.exit`, or stopped responding. */
export type Silence = { type: 'ended'; message?: string; code?: string } | { type: 'timeout' };

/** Time for a thread to load its program on a busy machine. */
const START_SECONDS = 30;

export interface Question<Message> {
  /** Maximum silence. */
  seconds: number;
  /** Whether a message completes the answer; the first one by default. */
  isAnswer?: (message: Message) => boolean;
  /** Ends the thread. */
  signal?: AbortSignal;
}

/**
 * A thread for work that may never end: it can be stopped, and this one stays responsive. After one that was stopped,
 * or ended, the next question finds a new thread.
 */
export class KillableThread<Message extends object> {
  readonly #program: URL;
  readonly #options: WorkerOptions;
  #worker: Worker | undefined;

  constructor(program: URL, options: WorkerOptions = {}) {
    this.#program = program;
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /** Sends a request, or listens for the thread's own messages if there is none. One request at a time. @throws the signal's reason */
  async ask(
    request: unknown,
    { seconds, isAnswer = () => true, signal }: Question<Message>,
  ): Promise<Message | Silence> {
    signal?.throwIfAborted();
    const isNew = this.#worker === undefined;
    const worker = (this.#worker ??= this.#start());
    const { promise, resolve, reject } = Promise.withResolvers<Message | Silence>();
    const wait = (time: number) => setTimeout(() => resolve({ type: 'timeout' }), time * 1000);
    let timer = wait(isNew ? seconds + START_SECONDS : seconds);
    const onMessage = (message: Message) => {
      if (isAnswer(message)) return resolve(message);
      clearTimeout(timer);
      timer = wait(seconds);
    };
    const onError = ({ message, code }: NodeJS.ErrnoException) => resolve({ type: 'ended', message, code });
    const onExit = () => resolve({ type: 'ended' });
    const onAbort = () => reject(signal?.reason as Error);
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    signal?.addEventListener('abort', onAbort);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    if (request !== undefined) worker.postMessage(request);
    let isWhole = false;
    try {
      const heard = await promise;
      isWhole = !isSilence(heard);
      return heard;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      if (!isWhole) this.stop();
    }
  }

  stop(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(): Worker {
    const worker = new Worker(this.#program, this.#options);
    worker.unref();
    const forget = () => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    // Between requests, too.
    return worker.on('error', () => {}).on('exit', forget);
  }
}

export function isSilence(heard: object): heard is Silence {
  return 'type' in heard && (heard.type === 'ended' || heard.type === 'timeout');
}
