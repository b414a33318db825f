import type { JobName, JobResult } from '../index.ts';
import { startJob, type JobOptions } from './start-job.ts';

/** A job that answers requests until it is closed, such as a chat or a server. Requests may overlap. */
export interface Session<Result = unknown> {
  readonly pid: number;
  /** Streams the answer's chunks. Leaving the loop early or aborting the signal cancels the request. */
  send<Chunk = unknown>(request: unknown, signal?: AbortSignal): AsyncIterable<Chunk>;
  /** Stops accepting requests; the job finishes the accepted ones and returns its result. */
  close(): Promise<Result>;
  /** Settles when the job ends, closed or not. Errors: the job's own, E_STOPPED, E_WORKER_CRASHED. */
  readonly ended: Promise<Result>;
}

/** Starts a job and resolves once it accepts requests. Errors: those of starting. `entry` as in `startJob`. */
export async function openSession<Name extends JobName>(
  options: JobOptions<Name>,
  entry?: URL,
): Promise<Session<JobResult<Name>>> {
  const job = await startJob(options, entry);
  const { client } = job;
  await client.ready;
  return {
    pid: job.pid,
    send: <Chunk>(request: unknown, signal?: AbortSignal) => client.request(request, signal) as AsyncIterable<Chunk>,
    close: () => {
      client.close();
      return job.result;
    },
    ended: job.result,
  };
}
