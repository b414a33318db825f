import type { JobName, JobResult } from '../index.ts';
import { startJob, type JobOptions } from './start-job.ts';

/** A job that answers requests until it is closed: a chat, a server. Requests may overlap. */
export interface Session<Result = unknown> {
  readonly pid: number;
  /** The answer's chunks, as they are made. Leaving the loop early cancels the request, and so does the signal, at once. */
  send<Chunk = unknown>(request: unknown, signal?: AbortSignal): AsyncIterable<Chunk>;
  /** No further requests: the job ends what it has taken, and this is its result. */
  close(): Promise<Result>;
  /** Settles when the job ends, closed or not. Errors: the job's own, E_STOPPED, E_WORKER_CRASHED. */
  readonly ended: Promise<Result>;
}

/** Starts a job and returns when it takes requests. Errors: what keeps it from that. `entry` as in `startJob`. */
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
