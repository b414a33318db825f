import { isSilence, Killable, moduleBeside, SMALL_THREAD, thread, type End } from '../../base/killable.ts';
import type { Finding } from '@attune/privacy';
import type { FindAnswer, FindRequest, ThreadData } from './redaction-messages.ts';

/** Detector threads: rows are independent, so they are examined in parallel. */
export class DetectorPool implements AsyncDisposable {
  readonly #threads: { detector: Killable<FindAnswer>; open: number }[];
  #number = 0;
  #failure: Error | undefined;

  constructor(threads: number, data: ThreadData) {
    const start = thread(moduleBeside('./redaction-thread', import.meta.url), {
      workerData: data,
      resourceLimits: SMALL_THREAD,
    });
    this.#threads = Array.from({ length: threads }, () => ({ detector: new Killable<FindAnswer>(start), open: 0 }));
  }

  /** Findings by row and text, from the least busy thread. */
  async find(rows: FindRequest['rows']): Promise<Finding[][][]> {
    if (this.#failure !== undefined) throw this.#failure;
    const least = this.#threads.reduce((one, other) => (other.open < one.open ? other : one));
    const request: FindRequest = { number: this.#number++, rows };
    least.open++;
    const heard = await least.detector.ask(request, { isAnswer: ({ number }) => number === request.number });
    least.open--;
    if (!isSilence(heard)) return heard.found;
    const ended: End = heard.type === 'ended' ? heard : {};
    throw (this.#failure ??=
      ended.error ?? new Error(`a detector thread for personal data exited with code ${ended.exitCode ?? 1}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map(({ detector }) => detector.stop()));
  }
}
