/** Threads and processes whose work may hang, grow too large or crash: they are started on demand and can be killed. */
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** How a thread or process ended. */
export interface End {
  message?: string;
  code?: string;
  exitCode?: number;
  /** The error that was thrown. */
  error?: Error;
}

/** Result if there is no answer: the thread or process ended, or sent nothing for too long. */
export type Silence = ({ type: 'ended' } & End) | { type: 'timeout'; isStarting: boolean };

export interface Listener {
  hear(message: unknown): void;
  /** Only the first call counts. */
  end(end: End): void;
}

/** A running thread or process. */
export interface Host {
  /** Extra seconds allowed for starting on a busy machine, added to the time limit of the first request. */
  readonly startSeconds: number;
  post(message: unknown): void;
  /** Resolves when it has ended. */
  kill(): Promise<unknown>;
}

export interface Question<Message> {
  /** Maximum silence in seconds; default: no limit. */
  seconds?: number;
  /** Called for each message; true for the last message of the answer. Default: the first message is the last. */
  isAnswer?: (message: Message) => boolean;
  /** Whether the process is waiting for its consumer; silence then does not count. */
  isPaused?: () => boolean;
  /** Kills the process. */
  signal?: AbortSignal;
}

interface Run {
  host: Host;
  open: Set<Listener>;
  hasSpoken: boolean;
}

/** Longest delay that a timer accepts. */
const MOST_MILLISECONDS = 2 ** 31 - 1;

/**
 * A thread or process that starts with its first request and can be killed. After it ends, is killed or times out,
 * the next request starts another.
 */
export class Killable<Message extends object> {
  readonly #start: (listener: Listener) => Host;
  #run: Run | undefined;
  #restartClocks = new Set<() => void>();

  constructor(start: (listener: Listener) => Host) {
    this.#start = start;
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /**
   * Posts a request, if there is one, and waits for the answer. Requests may overlap if `isAnswer` can tell their
   * answers apart. @throws the signal's reason, after the process has ended
   */
  async ask(request: unknown, question: Question<Message> = {}): Promise<Message | Silence> {
    const { signal, isAnswer = () => true } = question;
    signal?.throwIfAborted();
    const run = (this.#run ??= this.#begin());
    const { promise, resolve, reject } = Promise.withResolvers<Message | Silence>();
    const clock = this.#clock(run, question, resolve);
    const listener: Listener = {
      hear(message) {
        clock.restart();
        if (isAnswer(message as Message)) resolve(message as Message);
      },
      end: (end) => resolve({ type: 'ended', ...end }),
    };
    const onAbort = (): void => reject(signal?.reason as Error);
    run.open.add(listener);
    signal?.addEventListener('abort', onAbort);
    let isWhole = false;
    try {
      if (request !== undefined) run.host.post(request);
      const heard = await promise;
      isWhole = !isSilence(heard);
      return heard;
    } finally {
      clock.stop();
      signal?.removeEventListener('abort', onAbort);
      run.open.delete(listener);
      if (!isWhole) await this.#end(run);
    }
  }

  /** Posts a message that expects no answer. */
  post(message: unknown): void {
    this.#run?.host.post(message);
  }

  /** Restarts the timeouts of open requests. */
  restartClocks(): void {
    for (const restart of this.#restartClocks) restart();
  }

  /** Kills it; open requests resolve with its end. */
  async stop(): Promise<void> {
    if (this.#run !== undefined) await this.#end(this.#run);
  }

  async #end(run: Run): Promise<void> {
    if (this.#run === run) this.#run = undefined;
    await run.host.kill();
    for (const { end } of run.open) end({});
  }

  #begin(): Run {
    const open = new Set<Listener>();
    const host = this.#start({
      hear(message) {
        run.hasSpoken = true;
        for (const one of open) one.hear(message);
      },
      end: (end) => {
        if (this.#run === run) this.#run = undefined;
        void run.host.kill();
        for (const one of open) one.end(end);
      },
    });
    const run: Run = { host, open, hasSpoken: false };
    return run;
  }

  #clock(run: Run, { seconds = Infinity, isPaused }: Question<Message>, resolve: (silence: Silence) => void) {
    let timer: NodeJS.Timeout;
    const expire = (): void => {
      if (seconds === Infinity || isPaused?.() === true) return start();
      resolve({ type: 'timeout', isStarting: !run.hasSpoken });
    };
    // Also runs without a limit, since the timer keeps this process alive.
    const start = (): void => {
      const most = run.hasSpoken ? seconds : seconds + run.host.startSeconds;
      timer = setTimeout(expire, Math.min(most * 1000, MOST_MILLISECONDS));
    };
    const restart = (): void => {
      clearTimeout(timer);
      start();
    };
    const stop = (): void => {
      clearTimeout(timer);
      this.#restartClocks.delete(restart);
    };
    this.#restartClocks.add(restart);
    start();
    return { restart, stop };
  }
}

export function isSilence(heard: object): heard is Silence {
  return 'type' in heard && (heard.type === 'ended' || heard.type === 'timeout');
}

/** A thread; its memory is limited by `resourceLimits`. */
export function thread(program: URL | string, options: WorkerOptions = {}): (listener: Listener) => Host {
  return ({ hear, end }) => {
    const worker = new Worker(program, options);
    worker
      .on('message', hear)
      .on('error', (error: NodeJS.ErrnoException) => end({ message: error.message, code: error.code, error }))
      .on('exit', (exitCode) => end({ exitCode }));
    // After adding the listeners, since a message listener keeps the process alive again.
    worker.unref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    return { startSeconds: 30, post: (message) => worker.postMessage(message), kill: () => worker.terminate() };
  };
}

/** Collects garbage sooner; by default each thread would accumulate hundreds of megabytes. */
export const SMALL_THREAD = { maxYoungGenerationSizeMb: 24 };

/** URL of a sibling module: .ts in a checkout, .js in the published package. */
export function moduleBeside(name: string, self: string): URL {
  return new URL(`${name}${self.endsWith('.ts') ? '.ts' : '.js'}`, self);
}
