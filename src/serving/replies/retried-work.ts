/** Work for non-streaming replies: cancelled when no client waits for it, and shared with identical retries. */
import { clientGone } from '../api-error.ts';

interface Shared {
  result: Promise<unknown>;
  controller: AbortController;
  listeners: number;
  start: number;
}

/** After this many milliseconds, a client that disconnects has probably timed out and will retry. */
const LONG_WORK = 30_000;
/** Maximum delay in milliseconds before clients retry. */
const RETRY_WITHIN = 10_000;

export class RetriedWork {
  readonly #open = new Map<string, Shared>();

  /**
   * Does some work until `signal` reports that its client is gone. `isRetry`: joins the same work if it is still
   * running.
   * @throws errors of the work; ApiError 499 if the client is gone
   */
  async do<Result>(
    { fingerprint, isRetry, signal }: { fingerprint: string; isRetry: boolean; signal: AbortSignal },
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const known = isRetry ? this.#open.get(fingerprint) : undefined;
    const shared = known ?? this.#begin(fingerprint, work);
    shared.listeners++;
    const gone = Promise.withResolvers<never>();
    const leave = () => gone.reject(clientGone());
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    gone.promise.catch(() => undefined);
    try {
      return (await Promise.race([shared.result, gone.promise])) as Result;
    } finally {
      signal.removeEventListener('abort', leave);
      this.#left(shared);
    }
  }

  #begin(fingerprint: string, work: (signal: AbortSignal) => Promise<unknown>): Shared {
    const controller = new AbortController();
    const result = work(controller.signal);
    const shared: Shared = { result, controller, listeners: 0, start: Date.now() };
    this.#open.set(fingerprint, shared);
    const settle = () => {
      if (this.#open.get(fingerprint) === shared) this.#open.delete(fingerprint);
    };
    result.then(settle, settle);
    return shared;
  }

  #left(shared: Shared): void {
    if (--shared.listeners > 0) return;
    const giveUp = () => {
      if (shared.listeners === 0) shared.controller.abort(clientGone());
    };
    if (Date.now() - shared.start < LONG_WORK) giveUp();
    else setTimeout(giveUp, RETRY_WITHIN).unref();
  }
}
