import type { EventSink } from '../base/events.ts';
import { runJob, type JobResult } from '../worker/index.ts';

/** What `attune doctor` found. */
export type Diagnosis = JobResult<'doctor'>;

/** Loads the engine in the worker and checks it on this machine. */
export function doctor(options: { onEvent?: EventSink } = {}): Promise<Diagnosis> {
  return runJob({ job: 'doctor', input: {}, ...options });
}
