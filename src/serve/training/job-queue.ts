/** Jobs one after the other. What is known of them stands in the registry, so that any crash is gone over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '../../base/errors.ts';
import type { RunEvent } from '../../base/events.ts';
import {
  addEvent,
  changeJob,
  claimJob,
  endExpiredUploads,
  findJob,
  hasEnded,
  jobsIn,
  KEEP_MS,
  keepJob,
  recoverJobs,
  removeDeletedVersions,
  removeExpired,
  removeStrayCopies,
  type Job,
  type Registry,
} from '../../registry/index.ts';
import type { ModelTable } from '../models/model-table.ts';
import type { ServeLog } from '../watch/log.ts';
import { jobEventOf } from './job-events.ts';
import { failureOf } from './job-failure.ts';
import { fetchJobFiles } from './job-files.ts';
import { isStoreFailure } from '../../store/objects/s3-failure.ts';
import { publishResult } from './publish-result.ts';
import type { JobTarget, Trainer } from './trainer.ts';
import type { Webhooks } from './webhooks.ts';

export interface QueueParts {
  registry: Registry;
  trainer: Trainer;
  table: ModelTable;
  webhooks: Webhooks;
  log: ServeLog;
  /** Told when there are new models. */
  onPublished: () => Promise<void>;
}

const POLL = 500;
/** Between looks for files and uploads whose time is over. */
const SWEEP = 60_000;
const MOST_CRASHES = 3;
/** Until files that could not be had are asked for again. */
const STORE_RETRY = 5000;

export class JobQueue {
  readonly #parts: QueueParts;
  readonly #checking = new Map<string, { controller: AbortController; work: Promise<void> }>();
  #current: { id: string; controller: AbortController; work: Promise<void> } | undefined;
  /** By job: how often its worker crashed without getting further, and how far it was. */
  readonly #crashes = new Map<string, { tokens: number; times: number }>();
  #keptAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #sweptAt = 0;
  #isClosed = false;
  #looking: Promise<void> | undefined;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  begin(): void {
    this.#timer = setInterval(() => this.#look(), POLL);
    this.#timer.unref();
    this.#look();
  }

  /** Stops what is trained, which goes on when a server is there again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    const open = [...this.#checking.values(), ...(this.#current === undefined ? [] : [this.#current])];
    for (const { controller } of open) controller.abort();
    await Promise.all([this.#looking, ...open.map(({ work }) => work)]);
  }

  /** Something has changed: the next job may begin. */
  wake(): void {
    this.#look();
  }

  #look(): void {
    if (this.#isClosed) return;
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookOnce(): Promise<void> {
    const { registry, log } = this.#parts;
    try {
      for (const job of await recoverJobs(registry)) if (job.status === 'cancelling') await this.#end(job, 'cancelled');
      for (const job of await jobsIn(registry, 'validating_files')) this.#check(job);
      await this.#sweep();
      if (this.#current === undefined) {
        const job = this.#isClosed ? undefined : await claimJob(registry);
        if (job !== undefined) this.#begin(job);
      } else await this.#follow(this.#current);
    } catch (error) {
      log.error({ err: error }, 'jobs not followed');
    }
  }

  async #sweep(): Promise<void> {
    if (Date.now() - this.#sweptAt < SWEEP) return;
    this.#sweptAt = Date.now();
    await removeExpired(this.#parts.registry);
    await endExpiredUploads(this.#parts.registry);
    await removeDeletedVersions(this.#parts.registry);
    await removeStrayCopies(this.#parts.registry);
  }

  /** Another process may have asked the job to stop. */
  async #follow({ id, controller }: { id: string; controller: AbortController }): Promise<void> {
    const { registry } = this.#parts;
    if (Date.now() - this.#keptAt >= KEEP_MS) {
      this.#keptAt = Date.now();
      await keepJob(registry, id);
    }
    const job = await findJob(registry, id);
    if (job === undefined || job.status === 'pausing' || job.status === 'cancelling') controller.abort();
  }

  /** Reads the files of a job beside whatever is trained, so that a bad row is told at once. */
  #check(job: Job): void {
    if (this.#checking.has(job.id)) return;
    const controller = new AbortController();
    const work = this.#plan(job, controller.signal).finally(() => {
      this.#checking.delete(job.id);
      this.wake();
    });
    this.#checking.set(job.id, { controller, work });
  }

  async #plan(job: Job, signal: AbortSignal): Promise<void> {
    const { registry, trainer } = this.#parts;
    const note = { job: job.id, key: 'validating', message: `Validating training file: ${job.training_file}` };
    try {
      await addEvent(registry, note);
      const { recipe, method, rows } = await trainer.plan(await this.#onThisMachine(job), signal);
      const isKept = await changeJob(registry, job.id, { status: 'queued', recipe, method }, ['validating_files']);
      const message = `Files validated, moving job to queued state: ${rows} training rows`;
      if (isKept) await addEvent(registry, { job: job.id, key: 'queued', message });
    } catch (error) {
      // The job stays where it is.
      if (isStoreFailure(error)) await this.#waitForStore(job, error, signal);
      else if (!signal.aborted) await this.#fail(job, error, 'invalid_training_file');
    }
  }

  /** @throws AttuneError E_MODEL_MISSING, E_JOB_FILE, E_OBJECTS… */
  async #onThisMachine(job: Job): Promise<JobTarget> {
    const { table, registry } = this.#parts;
    const target = table.find(job.model)?.target ?? job.recipe?.model;
    if (typeof target === 'string') return { job, target, files: await fetchJobFiles(registry, job) };
    throw new AttuneError('E_MODEL_MISSING', { what: `The model '${job.model}' is not served any more` });
  }

  #begin(job: Job): void {
    const controller = new AbortController();
    const work = this.#train(job, controller).finally(() => {
      this.#current = undefined;
      this.wake();
    });
    this.#current = { id: job.id, controller, work };
  }

  async #train(job: Job, { signal }: AbortController): Promise<void> {
    const { registry, trainer, onPublished } = this.#parts;
    let events = addEvent(registry, { job: job.id, key: 'started', message: 'Fine-tuning job started' });
    const onEvent = (event: RunEvent) => {
      const told = jobEventOf(event);
      if (told !== undefined) events = events.then(() => addEvent(registry, { job: job.id, ...told }));
      if (event.type === 'step-finished')
        events = events.then(
          async () => void (await changeJob(registry, job.id, { trained_tokens: event.inputTokens })),
        );
    };
    try {
      const outcome = await trainer.train(await this.#onThisMachine(job), { onEvent, signal });
      await events;
      if (outcome === 'stopped') return await this.#stopped(job);
      const published = await publishResult(job, { registry, trainer });
      await onPublished();
      await this.#end(job, 'succeeded', { fine_tuned_model: published.model, result_files: published.files });
    } catch (error) {
      await events.catch(() => undefined);
      if (isStoreFailure(error)) await this.#waitForStore(job, error, signal);
      if (signal.aborted || isStoreFailure(error)) await this.#stopped(job);
      else if (!(await this.#isTriedAgain(job, error))) await this.#fail(job, error, 'training_failed');
    }
  }

  /** Files are not to be had, or not to be kept, which is no fault of the job. */
  async #waitForStore({ id }: Job, error: unknown, signal: AbortSignal): Promise<void> {
    this.#parts.log.error({ job: id, err: error }, 'a job waits for the object store');
    await sleep(STORE_RETRY, undefined, { signal }).catch(() => undefined);
  }

  /** A worker that was killed goes on from its newest checkpoint; one that dies again and again at the same place fails. */
  async #isTriedAgain({ id }: Job, error: unknown): Promise<boolean> {
    if (!(error instanceof AttuneError) || error.code !== 'E_WORKER_CRASHED') return false;
    const { registry, log } = this.#parts;
    const tokens = (await findJob(registry, id))?.trained_tokens ?? 0;
    const known = this.#crashes.get(id);
    const times = known !== undefined && tokens <= known.tokens ? known.times + 1 : 1;
    this.#crashes.set(id, { tokens, times });
    log.error({ job: id, err: error, times }, 'worker of a job crashed');
    if (times >= MOST_CRASHES) return false;
    const message = 'The process that trained was killed; the job goes on from its newest checkpoint';
    await addEvent(registry, { job: id, key: `crashed ${Date.now()}`, level: 'warn', message });
    return changeJob(registry, id, { status: 'queued', worker: null }, ['running']);
  }

  /** It was asked to stop: for good, for a while, or because this server ends. */
  async #stopped({ id }: Job): Promise<void> {
    const { registry } = this.#parts;
    const job = await findJob(registry, id);
    if (job === undefined) return;
    if (job.status === 'cancelling') return this.#end(job, 'cancelled');
    if (job.status === 'pausing') {
      await changeJob(registry, id, { status: 'paused', worker: null }, ['pausing']);
      await addEvent(registry, { job: id, key: `paused ${Date.now()}`, message: 'The job has been paused' });
    } else await changeJob(registry, id, { status: 'queued', worker: null }, ['running']);
  }

  /** Ends a job that nobody works on, and tells whoever listens. */
  async #end(job: Job, status: 'succeeded' | 'failed' | 'cancelled', changes: Partial<Job> = {}): Promise<void> {
    const { registry, webhooks } = this.#parts;
    const finished = {
      fine_tuned_model: changes.fine_tuned_model,
      result_files: changes.result_files,
      error: changes.error,
    };
    const known = Object.fromEntries(Object.entries(finished).filter(([, value]) => value !== undefined));
    await changeJob(registry, job.id, { ...known, status, worker: null, finished_at: Date.now() });
    await addEvent(registry, {
      job: job.id,
      key: status,
      level: status === 'failed' ? 'error' : 'info',
      message: endMessage(status, changes),
    });
    await webhooks.tell(`fine_tuning.job.${status}`, job.id);
  }

  async #fail(job: Job, error: unknown, code: string): Promise<void> {
    this.#parts.log.error({ job: job.id, err: error }, 'job failed');
    await this.#end(job, 'failed', { error: failureOf(error, job, code) });
  }

  /** Asks a job to stop. @returns the job as it is then; undefined where its state does not allow it */
  async ask(job: Job, what: 'pause' | 'cancel' | 'resume'): Promise<Job | undefined> {
    const { registry } = this.#parts;
    if (hasEnded(job)) return undefined;
    if (what === 'resume') {
      if (!(await changeJob(registry, job.id, { status: 'queued' }, ['paused']))) return undefined;
      await addEvent(registry, {
        job: job.id,
        key: `resumed by hand ${Date.now()}`,
        message: 'The job waits to go on',
      });
    } else if (what === 'pause') {
      const isWaiting = await changeJob(registry, job.id, { status: 'paused' }, ['queued']);
      if (!isWaiting && !(await changeJob(registry, job.id, { status: 'pausing' }, ['running']))) return undefined;
    } else {
      const isWaiting = await changeJob(registry, job.id, { status: 'cancelling', worker: null }, [
        'queued',
        'paused',
        'validating_files',
      ]);
      if (isWaiting) await this.#end(job, 'cancelled');
      else await changeJob(registry, job.id, { status: 'cancelling' }, ['running', 'pausing']);
    }
    if (this.#current?.id === job.id && what !== 'resume') this.#current.controller.abort();
    this.#checking.get(job.id)?.controller.abort();
    this.wake();
    return findJob(registry, job.id);
  }
}

function endMessage(status: string, { fine_tuned_model: model, error }: Partial<Job>): string {
  if (status === 'succeeded') return `The job has successfully completed: ${model}`;
  return status === 'failed' ? `The job failed: ${error?.message}` : 'The job has been cancelled';
}
