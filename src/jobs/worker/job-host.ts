import { onDevice } from '../../base/wanted-device.ts';
import type { AttuneError } from '../../base/errors.ts';
import { explainOutOfMemory } from '../../base/out-of-memory.ts';
import type { RunEvent } from '../../base/events.ts';
import type { Registry } from '../../base/registry.ts';
import { restoreSpellings } from '../../files/written-numbers.ts';
import { onFirstRun } from '../../training/first-run.ts';
import type { Job, JobContext, JobModule, JobSpec } from '../../base/job.ts';
import { stopped, type FromWorker, type ToJob } from './worker-messages.ts';
import { RequestQueue } from './request-queue.ts';
import type { RunRecorder } from './run-recorder.ts';

/** Runs one job and speaks the message protocol, in a process of its own or not. */
export class JobHost {
  readonly #jobs: Registry<JobModule>;
  readonly #send: (message: FromWorker) => void;
  readonly #controller = new AbortController();
  readonly #queue: RequestQueue;
  #folder?: string;
  readonly #failure = Promise.withResolvers<never>();

  constructor(jobs: Registry<JobModule>, send: (message: FromWorker) => void) {
    this.#jobs = jobs;
    this.#send = send;
    this.#queue = new RequestQueue(send);
    this.#failure.promise.catch(() => undefined);
  }

  receive(message: ToJob): void {
    if (message.type === 'request') {
      restoreSpellings(message.body, message.spellings);
      this.#queue.add(message.id, message.body);
    } else if (message.type === 'cancel') this.#queue.cancel(message.id);
    else if (message.type === 'close') this.#queue.close();
    else this.stop(message.reason);
  }

  /** Requests the job to save and stop; only the first reason counts. */
  stop(reason: string): void {
    this.#controller.abort(stopped(reason, this.#folder));
    this.#queue.close();
  }

  /** Fails the job in any state, after an error outside of it. */
  fail(error: unknown): void {
    this.#failure.reject(error);
  }

  /** Runs the job to its end; never throws, since the outcome is a message. */
  async run(spec: JobSpec): Promise<void> {
    this.#folder = spec.folder;
    try {
      // A run that waits for its turn holds no memory for the engine meanwhile.
      if (spec.queue !== true) await this.#jobs.load(spec.job);
      this.#send({ type: 'result', result: await this.#runRecorded(spec) });
    } catch (error) {
      this.#send({ type: 'failed', error });
    }
  }

  async #runRecorded(spec: JobSpec): Promise<unknown> {
    const recorder = await this.#openRecorder(spec);
    const { signal } = this.#controller;
    const emit = (event: RunEvent) => this.#emit(event, recorder);
    const context: JobContext = { emit, signal, folder: recorder?.folder, requests: this.#queue.requests };
    onFirstRun((message) => emit({ type: 'warning-raised', code: 'W_CODE_RUN', message }));
    this.#send({ type: 'started' });
    try {
      const result = await Promise.race([this.#runJob(spec, context, recorder), this.#failure.promise]);
      if (signal.aborted) recorder?.endStopped((signal.reason as AttuneError).what);
      return result;
    } catch (error) {
      throw this.#recordFailure(explainOutOfMemory(error), recorder);
    } finally {
      this.#queue.close();
      await recorder?.close();
    }
  }

  async #runJob({ job, input, queue, device }: JobSpec, context: JobContext, recorder?: RunRecorder): Promise<unknown> {
    if (queue === true) await recorder?.awaitTurn(context.signal);
    const { run } = await this.#jobs.load(job);
    return onDevice(device, () => (run as Job)(input, context));
  }

  async #openRecorder(spec: JobSpec): Promise<RunRecorder | undefined> {
    if (spec.folder === undefined) return undefined;
    const { RunRecorder } = await import('./run-recorder.ts');
    return RunRecorder.open(
      { folder: spec.folder, resume: spec.resume, reportTo: spec.reportTo ?? [] },
      { publish: (event) => this.#send({ type: 'event', event }), stop: (reason) => this.stop(reason) },
    );
  }

  #emit(event: RunEvent, recorder: RunRecorder | undefined): void {
    if (recorder === undefined) this.#send({ type: 'event', event: { at: Date.now(), ...event } });
    else recorder.emit(event);
  }

  /** A job that throws after a stop request counts as stopped; otherwise it has failed. */
  #recordFailure(error: unknown, recorder: RunRecorder | undefined): unknown {
    const { signal } = this.#controller;
    const isStop = signal.aborted && (error === signal.reason || (error as Error | undefined)?.name === 'AbortError');
    const reason = signal.reason as AttuneError;
    if (isStop) recorder?.endStopped(reason.what);
    else recorder?.endFailed(error);
    return isStop ? reason : error;
  }
}
