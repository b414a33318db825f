/** Batches of requests: their input file, the result of each request, and the output files. */
import { sql, type Selectable } from 'kysely';
import { parseJson } from '../../files/json.ts';
import type { Registry, RegistryTransaction } from './registry-database.ts';
import { newId } from './jobs.ts';
import { markHeld, type WorkerWatch } from './leases.ts';
import type { BatchesTable } from './tables.ts';

export const BATCH_STATES = [
  'validating',
  'failed',
  'in_progress',
  'finalizing',
  'completed',
  'expired',
  'cancelling',
  'cancelled',
] as const;

export type BatchStatus = (typeof BATCH_STATES)[number];

/** Statuses in which a server has work to do. */
const OPEN: readonly BatchStatus[] = ['validating', 'in_progress', 'finalizing', 'cancelling'];

export interface BatchFault {
  code: string;
  message: string;
  line: number | null;
  param: string | null;
}

export type Batch = Omit<Selectable<BatchesTable>, 'metadata' | 'status' | 'errors' | 'times'> & {
  metadata: Record<string, string>;
  status: BatchStatus;
  errors: BatchFault[];
  /** Time of each status change, in milliseconds. */
  times: Partial<Record<BatchStatus, number>>;
};

export function isBatchOpen({ status }: Pick<Batch, 'status'>): boolean {
  return OPEN.includes(status);
}

type NewBatch = Pick<
  Batch,
  'owner' | 'endpoint' | 'input_file' | 'metadata' | 'file_seconds' | 'fingerprint' | 'expires_at'
>;

export async function addBatch(registry: Registry, given: NewBatch): Promise<Batch> {
  const batch: Batch = {
    ...given,
    id: newId('batch_'),
    status: 'validating',
    errors: [],
    output_file: null,
    error_file: null,
    total: 0,
    completed: 0,
    failed: 0,
    times: {},
    worker: null,
    lease: 0,
    created_at: Date.now(),
  };
  await registry.insertInto('batches').values(rowOf(batch)).execute();
  return batch;
}

function rowOf<Given extends Partial<Batch>>({ metadata, errors, times, ...rest }: Given) {
  return {
    ...rest,
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
    ...(errors !== undefined && { errors: JSON.stringify(errors) }),
    ...(times !== undefined && { times: JSON.stringify(times) }),
  } as Omit<Given, 'metadata' | 'errors' | 'times'> & { metadata: string; errors: string; times: string };
}

function batchFrom(row: Selectable<BatchesTable>): Batch {
  return {
    ...row,
    metadata: parseJson(row.metadata) as Batch['metadata'],
    status: row.status as BatchStatus,
    errors: parseJson(row.errors) as BatchFault[],
    times: parseJson(row.times) as Batch['times'],
  };
}

/** In order of creation. */
export async function batchesOf(registry: Registry, owner: string): Promise<Batch[]> {
  const own = registry.selectFrom('batches').selectAll().where('owner', '=', owner);
  return (await own.orderBy('created_at').orderBy('id').execute()).map(batchFrom);
}

export async function findBatch(registry: Registry, id: string): Promise<Batch | undefined> {
  const row = await registry.selectFrom('batches').selectAll().where('id', '=', id).executeTakeFirst();
  return row && batchFrom(row);
}

/** Changes a batch's status if the current one is among those given. @returns whether it did */
export async function moveBatch(
  registry: Registry,
  batch: Batch,
  { status, ...change }: Partial<Batch> & { status: BatchStatus },
  from: readonly BatchStatus[],
): Promise<boolean> {
  const times = { ...batch.times, [status]: Date.now() };
  const moved = registry
    .updateTable('batches')
    .set(rowOf({ ...change, status, times }))
    .where('id', '=', batch.id)
    .where('status', 'in', from);
  if ((await moved.executeTakeFirst()).numUpdatedRows === 0n) return false;
  Object.assign(batch, change, { status, times });
  return true;
}

/** Claims the next batch of an owner who has none running: a waiting one, or one whose process is gone. */
export function claimBatch(
  registry: Registry,
  watch: WorkerWatch,
  busy: readonly string[],
): Promise<Batch | undefined> {
  return registry.transaction().execute(async (transaction) => {
    const asked = performance.now();
    const open = transaction.selectFrom('batches').selectAll().where('status', 'in', OPEN);
    const waiting = watch.abandoned(await open.orderBy('created_at').execute(), asked);
    const next = waiting.find(({ owner }) => !busy.includes(owner));
    if (next === undefined) return undefined;
    const claim = { worker: markHeld(next.id), lease: next.lease + 1 };
    await transaction.updateTable('batches').set(claim).where('id', '=', next.id).execute();
    return batchFrom({ ...next, ...claim });
  });
}

/** Releases the batch so that another worker can claim it. */
export async function releaseBatch(transaction: RegistryTransaction, id: string): Promise<void> {
  await transaction.updateTable('batches').set({ worker: null }).where('id', '=', id).execute();
}

/** Result of a request: a line of the output or error file. */
export interface BatchItem {
  place: number;
  /** HTTP status of the reply; 0 if there was none. */
  status: number;
  line: string;
}

export async function addBatchItem(registry: Registry, batch: string, item: BatchItem): Promise<void> {
  const added = registry.insertInto('batch_items').values({ batch, ...item });
  await added.onConflict((conflict) => conflict.columns(['batch', 'place']).doNothing()).execute();
}

/** Indices of requests with a result. */
export async function batchPlaces(registry: Registry, batch: string): Promise<Set<number>> {
  const rows = await registry.selectFrom('batch_items').select('place').where('batch', '=', batch).execute();
  return new Set(rows.map(({ place }) => place));
}

export async function batchCounts(registry: Registry, batch: string): Promise<{ completed: number; failed: number }> {
  const row = await registry
    .selectFrom('batch_items')
    .select([
      sql<number>`count(*)`.as('all'),
      sql<number>`coalesce(sum(case when status = 200 then 1 else 0 end), 0)`.as('completed'),
    ])
    .where('batch', '=', batch)
    .executeTakeFirstOrThrow();
  return { completed: Number(row.completed), failed: Number(row.all) - Number(row.completed) };
}

const PAGE = 500;

/** Lines in request order. */
export async function* batchLines(registry: Registry, batch: string, isOutput: boolean): AsyncGenerator<string> {
  for (let after = -1; ;) {
    const rows = await registry
      .selectFrom('batch_items')
      .select(['place', 'line'])
      .where('batch', '=', batch)
      .where('status', isOutput ? '=' : '!=', 200)
      .where('place', '>', after)
      .orderBy('place')
      .limit(PAGE)
      .execute();
    for (const { line } of rows) yield line;
    if (rows.length < PAGE) return;
    after = rows[rows.length - 1].place;
  }
}

export async function removeBatchItems(registry: Registry, batch: string): Promise<void> {
  await registry.deleteFrom('batch_items').where('batch', '=', batch).execute();
}
