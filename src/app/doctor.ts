import type { Call } from './use-cases/use-case.ts';
import { runJob, type JobResult } from '../jobs/worker/index.ts';

/** Result of `attune doctor`. */
export type Diagnosis = JobResult<'doctor'>;

/** Loads the engine in the worker and checks it on this machine. */
export function doctor({ onEvent, signal }: Partial<Call> = {}): Promise<Diagnosis> {
  return runJob({ job: 'doctor', input: {}, onEvent, signal });
}
