import { AttuneError } from '../../base/errors.ts';
import type { StampedEvent } from '../../base/events.ts';
import type { spellingsIn } from '../../files/written-numbers.ts';
import type { JobSpec } from '../../base/job.ts';

/** Messages to the process that runs a job. */
export type ToWorker =
  /** Loads libtorch and a job's code, before it is known which job starts. */
  { type: 'prepare'; job: string } | { type: 'start'; spec: JobSpec; detach: boolean } | ToJob;

/** Messages to a job that was started. */
export type ToJob =
  | { type: 'stop'; reason: string }
  | { type: 'request'; id: number; body: unknown; spellings?: ReturnType<typeof spellingsIn> }
  | { type: 'cancel'; id: number }
  | { type: 'close' };

/** Messages from the process that runs a job. `result` or `failed` is the last one. */
export type FromWorker =
  /** The job was loaded and its folder is locked. */
  | { type: 'started' }
  | { type: 'event'; event: StampedEvent }
  /** The job accepts requests. */
  | { type: 'ready' }
  | { type: 'chunk'; id: number; chunk: unknown }
  | { type: 'end'; id: number }
  | { type: 'request-failed'; id: number; error: unknown }
  | { type: 'result'; result: unknown }
  | { type: 'failed'; error: unknown };

/** Encodes an error as plain data: an AttuneError with all its parts, any other error with its stack. */
export function encodeError(error: unknown): Record<string, unknown> {
  if (error instanceof AttuneError) return error.toJSON();
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack };
  return { name: 'Error', message: String(error) };
}

export function decodeError(value: unknown): Error {
  const parts = value as Record<string, unknown>;
  if (typeof parts.code === 'string' && parts.code.startsWith('E_')) return AttuneError.fromJSON(parts);
  const error = new Error(String(parts.message));
  return Object.assign(error, { name: String(parts.name), stack: parts.stack ?? error.stack });
}

/** Maps the error of a message, if it has one. */
export function mapError(message: FromWorker, change: (error: unknown) => unknown): FromWorker {
  return 'error' in message ? { ...message, error: change(message.error) } : message;
}

/** Abort reason for a job, and the user's error if the job could not return a result. */
export function stopped(reason: string, folder?: string): AttuneError {
  return new AttuneError('E_STOPPED', {
    what: `Stopped: ${reason}`,
    ...(folder !== undefined && { fix: 'continue a training run from its last checkpoint with `attune runs resume`' }),
  });
}
