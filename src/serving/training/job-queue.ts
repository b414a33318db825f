/** Runs jobs one at a time. Their state is in the registry, so they survive a crash of the server. */
import {
  addEvent,
  changeJob,
  claimJob,
  findJob,
  hasEnded,
  isLeaseLost,
  jobsIn,
  recoverJobs,
  WorkerWatch,
  type Job,
} from '../../store/registry/index.ts';
import { isStoreFailure } from '../../store/objects/s3-failure.ts';
import { endJob, failJob } from './end-job.ts';
import { HeldWork } from './held-work.ts';
import { jobTarget } from './job-files.ts';
import { refuseSteps } from './job-limits.ts';
import { JobRun, waitForStore, type Crashes, type QueueParts } from './job-run.ts';

const POLL = 500;

/** Number of steps of a resolved recipe. */
function plannedSteps({ training }: Record<string, unknown>, rows: number): number {
  const { max_steps: most, epochs, batch_size: batch } = (training ?? {}) as Record<string, number | null | undefined>;
  return most ?? Math.ceil((rows * (epochs ?? 1)) / (batch ?? 1));
}

export class JobQueue {
  readonly #parts: QueueParts;
  readonly #checking = new Map<string, { controller: AbortController; work: Promise<void> }>();
  readonly #watch = new WorkerWatch();
  #current: { held: HeldWork; work: Promise<void> } | undefined;
  readonly #crashes: Crashes = new Map();
  #timer: NodeJS.Timeout | undefined;
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

  /** Stops the current job; it resumes when a server runs again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    const checking = [...this.#checking.values()];
    for (const { controller } of checking) controller.abort();
    this.#current?.held.stop();
    await Promise.all([this.#looking, this.#current?.work, ...checking.map(({ work }) => work)]);
  }

  /** Called after changes, since another job may be able to start. */
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
      for (const job of await recoverJobs(registry, this.#watch))
        if (job.status === 'cancelling') await this.#endCancelled(job);
      for (const job of await jobsIn(registry, 'validating_files')) this.#check(job);
      if (this.#current === undefined) {
        const job = this.#isClosed ? undefined : await claimJob(registry);
        if (job !== undefined) this.#begin(job);
      } else await this.#follow(this.#current.held);
    } catch (error) {
      log.error({ err: error }, 'reading the queue of jobs failed');
    }
  }

  /** Checks whether another process has requested a stop or taken over the job. */
  async #follow(held: HeldWork): Promise<void> {
    const job = await findJob(this.#parts.registry, held.lease.id);
    const isAsked = job === undefined || job.status === 'pausing' || job.status === 'cancelling';
    if (isAsked || job.lease !== held.lease.lease || (await this.#mustYield(job))) held.stop();
  }

  /** Whether the job has used up its turn and a job of another key is waiting. */
  async #mustYield({ owner, turn_at: since }: Job): Promise<boolean> {
    if (Date.now() - Number(since) < this.#parts.limits.turnMinutes * 60_000) return false;
    return (await jobsIn(this.#parts.registry, 'queued')).some((other) => other.owner !== owner);
  }

  /** Validates a job's files while another job trains, so that invalid rows are reported early. */
  #check(job: Job): void {
    if (this.#checking.has(job.id)) return;
    const controller = new AbortController();
    const work = this.#plan(job, controller.signal)
      .catch((error: unknown) => {
        // Another server may have validated them first.
        if (!isLeaseLost(error)) this.#parts.log.error({ job: job.id, err: error }, 'a job was not checked');
      })
      .finally(() => {
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
      const { recipe, method, rows } = await trainer.plan(await jobTarget(this.#parts, job), signal);
      refuseSteps(plannedSteps(recipe, rows), this.#parts.limits.steps);
      const isKept = await changeJob(registry, job.id, { status: 'queued', recipe, method }, ['validating_files']);
      const message = `Files validated, moving job to queued state: ${rows} training rows`;
      if (isKept) await addEvent(registry, { job: job.id, key: 'queued', message });
    } catch (error) {
      // The job keeps its state and is validated again later.
      if (isStoreFailure(error)) await waitForStore(this.#parts, { job, error, signal });
      else if (!signal.aborted) await failJob(this.#parts, { job, error, code: 'invalid_training_file' });
    }
  }

  #begin(job: Job): void {
    const { registry } = this.#parts;
    const held = new HeldWork(registry, 'jobs', job);
    const work = new JobRun(this.#parts, { job, held, crashes: this.#crashes }).whole().finally(() => {
      held[Symbol.dispose]();
      this.#current = undefined;
      this.wake();
    });
    this.#current = { held, work };
  }

  /** Ends a cancelled job that is not being trained. */
  async #endCancelled(job: Job): Promise<void> {
    try {
      await endJob(this.#parts, { ...job, status: 'cancelling' }, 'cancelled');
    } catch (error) {
      // Another server has noticed the cancellation too and ends the job.
      if (!isLeaseLost(error)) throw error;
    }
  }

  /** Requests a change of state. @returns the updated job; undefined if its state does not allow it */
  async ask(job: Job, what: 'pause' | 'cancel' | 'resume'): Promise<Job | undefined> {
    const { registry } = this.#parts;
    if (hasEnded(job)) return undefined;
    if (what === 'resume') {
      if (!(await changeJob(registry, job.id, { status: 'queued' }, ['paused']))) return undefined;
      await addEvent(registry, {
        job: job.id,
        key: `resumed by hand ${Date.now()}`,
        message: 'The job is waiting to continue',
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
      if (isWaiting) await this.#endCancelled(job);
      else await changeJob(registry, job.id, { status: 'cancelling' }, ['running', 'pausing']);
    }
    if (this.#current?.held.lease.id === job.id && what !== 'resume') this.#current.held.stop();
    this.#checking.get(job.id)?.controller.abort();
    this.wake();
    return findJob(registry, job.id);
  }
}
