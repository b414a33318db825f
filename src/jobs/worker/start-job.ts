import { resolve } from 'node:path';
import { wantedDevice } from '../../base/wanted-device.ts';
import { AttuneError } from '../../base/errors.ts';
import { onStopSignals } from '../../base/stop-signals.ts';
import type { EventSink } from '../../base/events.ts';
import { tidyFolder } from '../../files/whole-folder.ts';
import { ForkedWorker } from './fork-worker.ts';
import { runInProcess } from './in-process.ts';
import type { JobClient } from './job-client.ts';
import type { JobSpec } from '../../base/job.ts';
import { jobs, type JobInput, type JobName, type JobResult } from '../index.ts';

export interface JobOptions<Name extends JobName = JobName> {
  /** Name of a job in src/jobs. */
  job: Name;
  input: JobInput<Name>;
  /** Makes the job a run: locks the folder and writes recipe, events, metrics, heartbeat and log to it. */
  folder?: string;
  /** Output folder of the job; incomplete output is removed if the job is ended early. */
  writes?: string;
  /** Resumes in a folder that already holds a run with checkpoints or a result. */
  resume?: boolean;
  /** The run begins once no other one is training; it waits in its own process. */
  queue?: boolean;
  /** Names of sinks in src/jobs/report/sinks, as in the recipe. */
  reportTo?: readonly string[];
  /** Lets the worker continue after this process ends. Otherwise it saves and stops. */
  detach?: boolean;
  /** Runs the job in this process, for debugging. ATTUNE_IN_PROCESS=1 does so for all jobs that are not detached. */
  inProcess?: boolean;
  onEvent?: EventSink;
  /** Requests the job to save and stop. */
  signal?: AbortSignal;
  /**
   * Whether SIGINT and SIGTERM of this process request the job to save and stop; a second signal kills it. Default
   * true.
   */
  handleSignals?: boolean;
}

export interface RunningJob<Result = unknown> {
  /** PID of the process that runs it. */
  readonly pid: number;
  /** Result of the job. Errors: the job's own, E_STOPPED, E_WORKER_CRASHED. */
  readonly result: Promise<Result>;
  readonly client: JobClient;
  /** Requests the job to save and stop. */
  stop(reason: string): void;
  /** Kills the job at once, without saving. */
  kill(reason?: string): void;
  /** Lets this process exit while a detached job continues. */
  release(): void;
}

/** Runs a job in the worker and waits for its result. Errors: the job's own, E_STOPPED, E_WORKER_CRASHED. */
export async function runJob<Name extends JobName>(options: JobOptions<Name>): Promise<JobResult<Name>> {
  const job = await startJob(options);
  return job.result;
}

/**
 * Starts a job and resolves once it has locked its folder, so that its run can be attached to. Errors: those of locking
 * the folder (E_RUN_LOCKED, E_RUN_EXISTS, …), E_WORKER_CRASHED. `entry` replaces the worker program.
 */
export async function startJob<Name extends JobName>(
  options: JobOptions<Name>,
  entry?: URL,
): Promise<RunningJob<JobResult<Name>>> {
  const { job, input, resume, queue, reportTo } = options;
  const folder = options.folder === undefined ? undefined : resolve(options.folder);
  const spec: JobSpec = { job, input, folder, resume, queue, reportTo, device: wantedDevice() };
  const running = isHere(options) ? startHere(spec, options) : startForked(spec, options, entry);
  superviseSignals(running, options);
  await running.client.started;
  return running as RunningJob<JobResult<Name>>;
}

function isHere({ inProcess, detach }: JobOptions): boolean {
  return inProcess === true || (process.env.ATTUNE_IN_PROCESS === '1' && detach !== true);
}

function startForked(spec: JobSpec, options: JobOptions, entry?: URL): RunningJob {
  const { detach = false, onEvent = ignore, writes } = options;
  const worker = new ForkedWorker({ spec, detach, onEvent, entry });
  const { client, pid } = worker;
  return {
    pid,
    client,
    result: writes === undefined ? client.result : tidiedAfter(client.result, writes),
    stop: (reason) => worker.stop(reason),
    kill: (reason) => worker.kill(reason),
    release: () => worker.release(),
  };
}

async function tidiedAfter(result: Promise<unknown>, folder: string): Promise<unknown> {
  try {
    return await result;
  } catch (error) {
    tidyFolder(folder);
    throw error;
  }
}

function startHere(spec: JobSpec, { onEvent = ignore }: JobOptions): RunningJob {
  const client = runInProcess(jobs, spec, onEvent);
  const stop = (reason: string) => client.stop(reason);
  return {
    pid: process.pid,
    client,
    result: client.result,
    stop,
    kill: () => process.exit(1),
    release: () => undefined,
  };
}

/** A job without a run has nothing to save, and may be in a long engine call, such as loading a model. */
const GRACE_MILLISECONDS = 600;

/** Until the job ends, the first signal requests it to save and stop, and the second kills it. */
function superviseSignals(job: RunningJob, { folder, signal, handleSignals = true }: JobOptions): void {
  let signals = 0;
  let grace: NodeJS.Timeout | undefined;
  const stop = (reason: string): void => {
    job.stop(reason);
    if (folder === undefined) grace ??= setTimeout(() => job.kill(reason), GRACE_MILLISECONDS);
  };
  const onSignal = (name: string) => (++signals === 1 ? stop(`received ${name}`) : job.kill());
  const onAbort = () => stop(reasonOf(signal));
  const unlisten = handleSignals ? onStopSignals(onSignal) : undefined;
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  const settle = () => {
    unlisten?.();
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(grace);
  };
  job.result.then(settle, settle);
}

function reasonOf(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  if (reason instanceof AttuneError) return reason.what.replace(/^Stopped: /, '');
  return typeof reason === 'string' ? reason : 'requested by the program';
}

function ignore(): void {
  // Has no listeners.
}
