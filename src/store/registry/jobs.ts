/** Jobs of the training API: queue, state and events. */
import { randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import { parseJson } from '../../files/json.ts';
import { isPostgres } from '../postgres.ts';
import { keyActor, recordAction } from './audit.ts';
import type { Registry } from './registry-database.ts';
import type { Page } from './pages.ts';
import type { JobEventsTable, JobsTable } from './tables.ts';
import { isWorkedOnHere, markHeld, type WorkerWatch } from './leases.ts';

export type JobStatus =
  | 'validating_files'
  | 'queued'
  | 'running'
  | 'pausing'
  | 'paused'
  | 'cancelling'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

/** A job with its JSON columns parsed. */
export type Job = Omit<
  Selectable<JobsTable>,
  'status' | 'method' | 'extra' | 'metadata' | 'recipe' | 'error' | 'result_files'
> & {
  status: JobStatus;
  method: { type: string; hyperparameters: Record<string, unknown>; [key: string]: unknown };
  extra: Record<string, unknown>;
  metadata: Record<string, string>;
  recipe: Record<string, unknown> | null;
  error: { code: string; message: string; param: string | null } | null;
  result_files: string[];
};

export type JobEvent = Omit<Selectable<JobEventsTable>, 'data'> & { id: string; data: Record<string, unknown> };

/** An unguessable id such as `ftjob-…`. */
export function newId(prefix: string): string {
  return `${prefix}${randomBytes(18).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
}

const ENDED: ReadonlySet<JobStatus> = new Set(['succeeded', 'failed', 'cancelled']);

export function hasEnded({ status }: Pick<Job, 'status'>): boolean {
  return ENDED.has(status);
}

export type NewJob = Pick<
  Job,
  | 'owner'
  | 'model'
  | 'training_file'
  | 'validation_file'
  | 'suffix'
  | 'seed'
  | 'method'
  | 'extra'
  | 'metadata'
  | 'fingerprint'
>;

export async function addJob(registry: Registry, given: NewJob): Promise<Job> {
  const id = newId('ftjob-');
  const row: JobsTable = {
    ...given,
    id,
    status: 'validating_files',
    method: JSON.stringify(given.method),
    extra: JSON.stringify(given.extra),
    metadata: JSON.stringify(given.metadata),
    recipe: null,
    fine_tuned_model: null,
    trained_tokens: null,
    error: null,
    result_files: '[]',
    worker: null,
    lease: 0,
    created_at: Date.now(),
    finished_at: null,
    turn_at: 0,
    spent_seconds: 0,
  };
  await registry.transaction().execute(async (transaction) => {
    await transaction.insertInto('jobs').values(row).execute();
    const details = { model: given.model, training_file: given.training_file, method: given.method.type };
    await recordAction(transaction, { by: keyActor(given.owner), action: 'job-created', subject: id, details });
  });
  await addEvent(registry, { job: id, key: 'created', message: `Created fine-tuning job: ${id}` });
  return fromRow(row);
}

/** Undefined if it does not exist or has another owner. */
export async function findJob(registry: Registry, id: string, owner?: string): Promise<Job | undefined> {
  const row = await registry.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined || (owner !== undefined && row.owner !== owner) ? undefined : fromRow(row);
}

/** In order of creation. */
export async function jobsOf(registry: Registry, owner?: string): Promise<Job[]> {
  const all = registry.selectFrom('jobs').selectAll().orderBy('created_at').orderBy('id');
  return (await (owner === undefined ? all : all.where('owner', '=', owner)).execute()).map(fromRow);
}

/** Jobs with a status, oldest first. */
export async function jobsIn(registry: Registry, status: JobStatus): Promise<Job[]> {
  const rows = await registry
    .selectFrom('jobs')
    .selectAll()
    .where('status', '=', status)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

export type JobChanges = Partial<
  Pick<
    Job,
    | 'status'
    | 'method'
    | 'recipe'
    | 'fine_tuned_model'
    | 'trained_tokens'
    | 'error'
    | 'result_files'
    | 'finished_at'
    | 'spent_seconds'
  >
> & { worker?: null };

const JSON_FIELDS: ReadonlySet<string> = new Set(['method', 'recipe', 'error', 'result_files']);

/** Changes a job if its status is among those given. @returns whether it did */
export async function changeJob(
  registry: Registry,
  id: string,
  changes: JobChanges,
  from?: readonly JobStatus[],
): Promise<boolean> {
  const entries = Object.entries(changes).map(([name, value]) => [
    name,
    JSON_FIELDS.has(name) && value !== null ? JSON.stringify(value) : value,
  ]);
  const update = registry
    .updateTable('jobs')
    .set(Object.fromEntries(entries) as Partial<JobsTable>)
    .where('id', '=', id);
  const { numUpdatedRows } = await (
    from === undefined ? update : update.where('status', 'in', from)
  ).executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Claims the next job for this process: the oldest job of the owner whose last turn was longest ago. Undefined if
 * another process works on this machine, or no job is waiting.
 */
export async function claimJob(registry: Registry): Promise<Job | undefined> {
  return registry.transaction().execute(async (transaction) => {
    const running = await transaction.selectFrom('jobs').select('worker').where('status', 'in', WORKING).execute();
    if (running.some(({ worker }) => isWorkedOnHere(worker))) return undefined;
    const next = await transaction
      .selectFrom('jobs')
      .selectAll()
      .where('status', '=', 'queued')
      .orderBy((job) =>
        job
          .selectFrom('jobs as others')
          .select((all) => all.fn.max('others.turn_at').as('at'))
          .whereRef('others.owner', '=', 'jobs.owner'),
      )
      .orderBy('created_at')
      .orderBy('id')
      .limit(1)
      .$if(isPostgres(transaction), (query) => query.forUpdate().skipLocked())
      .executeTakeFirst();
    if (next === undefined) return undefined;
    const claim = { status: 'running', worker: markHeld(next.id), lease: next.lease + 1, turn_at: Date.now() };
    await transaction.updateTable('jobs').set(claim).where('id', '=', next.id).execute();
    return fromRow({ ...next, ...claim });
  });
}

const WORKING: readonly JobStatus[] = ['running', 'pausing', 'cancelling'];

/**
 * Requeues jobs whose process is gone, or moves them to the requested state. If several processes call this, each job
 * is returned to only one of them.
 */
export async function recoverJobs(registry: Registry, watch: WorkerWatch): Promise<Job[]> {
  const asked = performance.now();
  const rows = await registry.selectFrom('jobs').selectAll().where('status', 'in', WORKING).execute();
  const taken: Job[] = [];
  for (const row of watch.abandoned(rows, asked)) {
    const lease = row.lease + 1;
    const status = RECOVERED[row.status as keyof typeof RECOVERED];
    // In a transaction, so that concurrent writes of a worker that is still alive either come before or are rejected.
    const { numUpdatedRows } = await registry.transaction().execute((transaction) =>
      transaction
        .updateTable('jobs')
        .set({ status, worker: null, lease })
        .where('id', '=', row.id)
        .where('status', '=', row.status)
        .where('lease', '=', row.lease)
        .where('worker', row.worker === null ? 'is' : '=', row.worker)
        .executeTakeFirst(),
    );
    if (numUpdatedRows > 0n) taken.push(fromRow({ ...row, lease }));
  }
  return taken;
}

/** A job being cancelled stays `cancelling`; the process that finds it completes the cancellation. */
const RECOVERED = { running: 'queued', pausing: 'paused', cancelling: 'cancelling' } as const;

export interface NewEvent {
  job: string;
  key: string;
  message: string;
  level?: 'info' | 'warn' | 'error';
  type?: 'message' | 'metrics';
  data?: Record<string, unknown>;
  at?: number;
}

/** Adds an event once per key. */
export async function addEvent(registry: Registry, given: NewEvent): Promise<void> {
  const { level = 'info', type = 'message', data = {}, at = Date.now(), job, key, message } = given;
  await registry
    .insertInto('job_events')
    .values({ job, key, at, level, message, type, data: JSON.stringify(data) })
    .onConflict((conflict) => conflict.columns(['job', 'key']).doNothing())
    .execute();
}

/** In order of creation. */
export async function eventsOf(registry: Registry, job: string): Promise<JobEvent[]> {
  const rows = await registry.selectFrom('job_events').selectAll().where('job', '=', job).orderBy('seq').execute();
  return rows.map(eventFrom);
}

/** A page of a job's events, newest first; undefined for an unknown `after`. */
export async function newestEvents(
  registry: Registry,
  job: string,
  { after, limit }: { after?: string; limit: number },
): Promise<Page<JobEvent> | undefined> {
  const last = after === undefined ? undefined : Number(after.slice(eventId(job, '').length));
  if (after !== undefined && after !== eventId(job, String(last))) return undefined;
  const all = registry.selectFrom('job_events').selectAll().where('job', '=', job);
  const rows = await (last === undefined ? all : all.where('seq', '<', last))
    .orderBy('seq', 'desc')
    .limit(limit + 1)
    .execute();
  return { rows: rows.slice(0, limit).map(eventFrom), hasMore: rows.length > limit };
}

function eventId(job: string, seq: string): string {
  return `ftevent-${job.slice('ftjob-'.length)}-${seq}`;
}

function eventFrom(row: Selectable<JobEventsTable>): JobEvent {
  const data = parseJson(row.data) as Record<string, unknown>;
  return { ...row, id: eventId(row.job, String(row.seq)), data };
}

function fromRow(row: Selectable<JobsTable>): Job {
  return {
    ...row,
    status: row.status as JobStatus,
    method: parseJson(row.method) as Job['method'],
    extra: parseJson(row.extra) as Job['extra'],
    metadata: parseJson(row.metadata) as Job['metadata'],
    recipe: row.recipe === null ? null : (parseJson(row.recipe) as Job['recipe']),
    error: row.error === null ? null : (parseJson(row.error) as Job['error']),
    result_files: parseJson(row.result_files) as string[],
  };
}
