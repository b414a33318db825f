import { Worker } from 'node:worker_threads';
import { checkHash, parseReference, type ReferenceHashes } from '../../train/reference.ts';

/** What a thread is told at its start. */
export interface ThreadData {
  references: readonly string[];
  hashes: ReferenceHashes;
}

/** In place of an answer: the thread has ended, by an error or by `process.exit`, or says nothing. */
export type Silence = { type: 'ended'; message?: string } | { type: 'timeout' };

/**
 * Functions of the user's in a thread: one that never ends can be stopped, and the process that trains stays responsive.
 * After one that was stopped, or ended, the next question finds a new thread.
 */
export class ReferenceThread<Message extends object> {
  readonly #program: string;
  readonly #data: ThreadData;
  #worker: Worker | undefined;

  /** @param program of the thread, as TypeScript */
  constructor(program: URL, data: ThreadData) {
    this.#program = program.href.replace(/\.ts$/, import.meta.url.slice(-'.ts'.length));
    this.#data = data;
    // A file that is not there, or has changed, is told before training.
    for (const reference of data.references) {
      const parsed = parseReference(reference);
      if (parsed !== undefined) checkHash(reference, parsed, data.hashes);
    }
  }

  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /**
   * Asks, or without a request hears what the thread says by itself.
   * @param seconds that it may say nothing
   * @param isAnswer whether it has said all
   */
  async ask(
    request: unknown,
    seconds: number,
    isAnswer: (message: Message) => boolean = () => true,
  ): Promise<Message | Silence> {
    const worker = (this.#worker ??= this.#start());
    const { promise, resolve } = Promise.withResolvers<Message | Silence>();
    const timer = setTimeout(() => resolve({ type: 'timeout' }), seconds * 1000);
    const onMessage = (message: Message) => (isAnswer(message) ? resolve(message) : timer.refresh());
    const onError = ({ message }: Error) => resolve({ type: 'ended', message });
    const onExit = () => resolve({ type: 'ended' });
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    if (request !== undefined) worker.postMessage(request);
    const heard = await promise;
    clearTimeout(timer);
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    if ('type' in heard && (heard.type === 'ended' || heard.type === 'timeout')) this.stop();
    return heard;
  }

  stop(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(): Worker {
    const worker = new Worker(new URL(this.#program), { workerData: this.#data });
    worker.unref();
    const forget = () => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    // Between questions too.
    return worker.on('error', () => {}).on('exit', forget);
  }
}
