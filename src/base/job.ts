import type { EventSink } from './events.ts';

/**
 * Work in the worker process: train, evaluate, chat, serve, preflight. Input and result cross a process boundary, so
 * they are plain data (structured clone): no functions, no class instances, but typed arrays and NaN survive.
 */
export type Job<Input = unknown, Result = unknown> = (input: Input, context: JobContext) => Promise<Result>;

export interface JobContext {
  /** Sends an event to watchers and, if the job has a folder, to its logs. */
  emit: EventSink;
  /** Aborted to stop the job, which then saves its state and returns. The reason is an AttuneError, E_STOPPED. */
  signal: AbortSignal;
  /** The run's folder (absolute), locked for this job. */
  folder?: string;
  /** Requests of a session until it is closed. Reading the first one signals that the job is ready. */
  requests: AsyncIterable<JobRequest>;
}

/** One request of a session. Its answer is any number of chunks, then exactly one `end` or `fail`. */
export interface JobRequest<Body = unknown, Chunk = unknown> {
  readonly body: Body;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  send(chunk: Chunk): void;
  end(): void;
  fail(error: unknown): void;
}

/** Exports of a job's module. */
export interface JobModule {
  run: Job<never>;
}

/** Specification of a job. */
export interface JobSpec {
  job: string;
  input: unknown;
  /** Turns the job into a run: locks the folder, logs events, and writes a heartbeat. */
  folder?: string;
  /** Resumes an earlier part of the run in the folder. */
  resume?: boolean;
  /** Starts the run only when no other run is training. */
  queue?: boolean;
  /** Device to compute on, as in `onDevice`. */
  device?: string;
  /** Names of event sinks in src/jobs/report/sinks. */
  reportTo?: readonly string[];
}
