/** Ends jobs exactly once, even if several servers try. */
import { addEvent, changeJob, whileHeld, type Job, type JobStatus, type Registry } from '../../store/registry/index.ts';
import type { ServeLog } from '../watch/log.ts';
import { failureOf } from './job-failure.ts';
import type { Webhooks } from './webhooks.ts';

interface Parts {
  registry: Registry;
  webhooks: Webhooks;
  log: ServeLog;
}

const OPEN: readonly JobStatus[] = ['queued', 'running', 'pausing', 'paused', 'cancelling'];

/** Ends a job and notifies webhooks. @throws AttuneError E_LEASE_LOST if another server has taken it over */
export async function endJob(
  { registry, webhooks }: Parts,
  job: Job,
  status: 'succeeded' | 'failed' | 'cancelled',
  { fine_tuned_model, result_files, error }: Partial<Job> = {},
): Promise<void> {
  const known = Object.entries({ fine_tuned_model, result_files, error }).filter(([, value]) => value !== undefined);
  const ended = { ...Object.fromEntries(known), status, worker: null, finished_at: Date.now() };
  // All servers validate a new job's files; the first one to finish decides.
  const from = job.status === 'validating_files' ? [job.status] : OPEN;
  const isEnded = await whileHeld(registry, 'jobs', job, async (transaction) => {
    if (!(await changeJob(transaction, job.id, ended, from))) return false;
    const level = status === 'failed' ? 'error' : 'info';
    const message = endMessage(status, { fine_tuned_model, error });
    await addEvent(transaction, { job: job.id, key: status, level, message });
    return true;
  });
  if (isEnded) await webhooks.tell(`fine_tuning.job.${status}`, job.id);
}

/** @throws AttuneError E_LEASE_LOST */
export async function failJob(
  parts: Parts,
  { job, error, code }: { job: Job; error: unknown; code: string },
): Promise<void> {
  parts.log.error({ job: job.id, err: error }, 'job failed');
  await endJob(parts, job, 'failed', { error: failureOf(error, job, code) });
}

function endMessage(status: string, { fine_tuned_model: model, error }: Partial<Job>): string {
  if (status === 'succeeded') return `The job has successfully completed: ${model}`;
  return status === 'failed' ? `The job failed: ${error?.message}` : 'The job has been cancelled';
}
