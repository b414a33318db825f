/**
 * Runs a job that this server has claimed, from its files to its models. Writes fail once another server has claimed
 * it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '../../base/errors.ts';
import type { RunEvent } from '../../base/events.ts';
import {
  addEvent,
  changeJob,
  findJob,
  isLeaseLost,
  type Job,
  type Registry,
  type RegistryTransaction,
} from '../../store/registry/index.ts';
import { isStoreFailure } from '../../store/objects/s3-failure.ts';
import type { ModelTable } from '../models/model-table.ts';
import type { ServeLog } from '../watch/log.ts';
import { endJob, failJob } from './end-job.ts';
import type { HeldWork } from './held-work.ts';
import { jobEventOf } from './job-events.ts';
import { jobTarget } from './job-files.ts';
import { overdrawn, type JobLimits } from './job-limits.ts';
import { publishResult } from './publish-result.ts';
import type { Trainer } from './training-interface.ts';
import type { Webhooks } from './webhooks.ts';

export interface QueueParts {
  limits: JobLimits;
  registry: Registry;
  trainer: Trainer;
  table: ModelTable;
  webhooks: Webhooks;
  log: ServeLog;
  /** Called when new models have been published. */
  onPublished: () => Promise<void>;
}

/** By job: its progress, and the number of crashes since. */
export type Crashes = Map<string, { tokens: number; times: number }>;

const MOST_CRASHES = 3;
/** Number of attempts to reach an unresponsive registry, such as one that is restarting, and milliseconds between them. */
const REGISTRY_TRIES = 20;
const REGISTRY_RETRY = 1000;
/** Milliseconds before unavailable files are requested again. */
const STORE_RETRY = 5000;

export class JobRun {
  readonly #parts: QueueParts;
  readonly #job: Job;
  readonly #held: HeldWork;
  readonly #crashes: Crashes;
  readonly #began = Date.now();
  /** Error for the limit that was exceeded. */
  #overdrawn: AttuneError | undefined;

  constructor(parts: QueueParts, { job, held, crashes }: { job: Job; held: HeldWork; crashes: Crashes }) {
    [this.#parts, this.#job, this.#held, this.#crashes] = [parts, job, held, crashes];
  }

  /** Runs until the job ends, or has to continue later or elsewhere. */
  async whole(): Promise<void> {
    const { log } = this.#parts;
    const { id } = this.#job;
    try {
      await this.#train();
    } catch (error) {
      if (isLeaseLost(error)) log.warn({ job: id }, 'another server has taken over a job; stopped its worker');
      else log.error({ job: id, err: error }, 'a job was left in its current state');
    }
  }

  async #train(): Promise<void> {
    const { trainer, onPublished } = this.#parts;
    const [job, held] = [this.#job, this.#held];
    const { signal } = held;
    let events = held.write((transaction) =>
      addEvent(transaction, { job: job.id, key: 'started', message: 'Fine-tuning job started' }),
    );
    const onEvent = (event: RunEvent) => {
      events = events.then(() => this.#note(event));
      // Errors are reported after the worker has ended.
      events.catch(() => undefined);
    };
    try {
      const target = await jobTarget(this.#parts, job);
      // A stop may have been requested while the files were being fetched; the signal does not fire again for it.
      const outcome = signal.aborted ? 'stopped' : await trainer.train(target, { onEvent, signal });
      await events;
      if (outcome === 'stopped') return await this.#stopped();
      this.#overdrawn = undefined; // the job had finished anyway
      const { model, files } = await publishResult(job, { ...this.#parts, held });
      await onPublished();
      await endJob(this.#parts, job, 'succeeded', { fine_tuned_model: model, result_files: files });
    } catch (error) {
      await events.catch(() => undefined);
      if (isLeaseLost(error)) throw error;
      if (isStoreFailure(error)) await waitForStore(this.#parts, { job, error, signal });
      if (signal.aborted || isStoreFailure(error)) await this.#stopped();
      else if (!(await this.#isTriedAgain(error))) await failJob(this.#parts, { job, error, code: 'training_failed' });
    }
  }

  /** Stops a job that exceeds its cost limits. */
  #watchLimits(event: RunEvent): void {
    if (event.type !== 'step-finished' || this.#overdrawn !== undefined) return;
    const spent = { steps: event.step, tokens: event.inputTokens, hours: this.#spentSeconds / 3600 };
    this.#overdrawn = overdrawn(spent, this.#parts.limits);
    if (this.#overdrawn !== undefined) this.#held.stop();
  }

  get #spentSeconds(): number {
    return Number(this.#job.spent_seconds) + Math.round((Date.now() - this.#began) / 1000);
  }

  async #note(event: RunEvent): Promise<void> {
    const { id } = this.#job;
    this.#watchLimits(event);
    const told = jobEventOf(event);
    const tokens = event.type === 'step-finished' ? event.inputTokens : undefined;
    if (told === undefined && tokens === undefined) return;
    const write = () =>
      this.#held.write(async (transaction) => {
        if (told !== undefined) await addEvent(transaction, { job: id, ...told });
        if (tokens !== undefined)
          await changeJob(transaction, id, { trained_tokens: tokens, spent_seconds: this.#spentSeconds });
      });
    for (let tries = 1; ; tries++) {
      try {
        return await write();
      } catch (error) {
        if (isLeaseLost(error) || tries === REGISTRY_TRIES) throw error;
        await sleep(REGISTRY_RETRY);
      }
    }
  }

  /**
   * Decides whether a killed worker resumes from the newest checkpoint; a job that repeatedly crashes at the same
   * step fails.
   */
  async #isTriedAgain(error: unknown): Promise<boolean> {
    if (!(error instanceof AttuneError) || error.code !== 'E_WORKER_CRASHED') return false;
    const { registry, log } = this.#parts;
    const { id } = this.#job;
    const tokens = (await findJob(registry, id))?.trained_tokens ?? 0;
    const known = this.#crashes.get(id);
    const times = known !== undefined && tokens <= known.tokens ? known.times + 1 : 1;
    this.#crashes.set(id, { tokens, times });
    log.error({ job: id, err: error, times }, 'worker of a job crashed');
    if (times >= MOST_CRASHES) return false;
    const message = 'The training process was killed; the job continues from its newest checkpoint';
    return this.#held.write(async (transaction) => {
      await addEvent(transaction, { job: id, key: `crashed ${Date.now()}`, level: 'warn', message });
      return this.#waitsAgain(transaction);
    });
  }

  /** Handles a requested stop: the job is cancelled, paused, or yields to another key's job, or this server shuts down. */
  async #stopped(): Promise<void> {
    const { id } = this.#job;
    const [job, error] = [this.#job, this.#overdrawn];
    if (error !== undefined) return failJob(this.#parts, { job, error, code: 'job_limit_reached' });
    const goesOnLater = await this.#held.write(async (transaction) => {
      if (await this.#waitsAgain(transaction)) return true;
      if (!(await changeJob(transaction, id, { status: 'paused', worker: null }, ['pausing']))) return false;
      await addEvent(transaction, { job: id, key: `paused ${Date.now()}`, message: 'The job has been paused' });
      return true;
    });
    if (!goesOnLater) await endJob(this.#parts, this.#job, 'cancelled');
  }

  #waitsAgain(transaction: RegistryTransaction): Promise<boolean> {
    return changeJob(transaction, this.#job.id, { status: 'queued', worker: null }, ['running']);
  }
}

/** Delays a job while the bucket or database is unavailable, which is not the job's fault. */
export async function waitForStore(
  { log }: Pick<QueueParts, 'log'>,
  { job, error, signal }: { job: Job; error: unknown; signal: AbortSignal },
): Promise<void> {
  log.error({ job: job.id, err: error }, 'a job is waiting for the store');
  await sleep(STORE_RETRY, undefined, { signal }).catch(() => undefined);
}
