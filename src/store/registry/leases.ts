/**
 * Leases: which process works on a job, an evaluation or a batch. Each claim increments the lease number, so a
 * process whose lease was taken over, for example while it was suspended, can no longer write results.
 */
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import { isAlive, isOwn, ownIdentity, type ProcessIdentity } from '../process-identity.ts';
import { SilenceWatch } from '../silence-watch.ts';
import type { Registry, RegistryTransaction } from './registry-database.ts';

/** A claim of a process; its number is never reused. */
export interface Lease {
  id: string;
  lease: number;
}

/** Tables whose rows processes work on. */
export type LeasedTable = 'jobs' | 'eval_runs' | 'batches';

interface Worker extends ProcessIdentity {
  /** Time of the last heartbeat by the worker's own clock: others only see that it changes. */
  seenAt: number;
}

/** A worker of another machine without a heartbeat for this long is considered gone. */
const LOST_MS = 60_000;
/** Heartbeat interval. */
export const KEEP_MS = 10_000;

function workerNow(): string {
  const worker: Worker = { ...ownIdentity(), seenAt: Date.now() };
  return JSON.stringify(worker);
}

/** Ids of the work held by this process. */
const held = new Set<string>();

/** Marks the work as held and returns the worker entry for it. */
export function markHeld(id: string): string {
  held.add(id);
  return workerNow();
}

/** Releases the work in this process, even if the registry could not be updated. */
export function markReleased({ id }: Lease): void {
  held.delete(id);
}

/** Whether a process of this machine works on it. */
export function isWorkedOnHere(worker: string | null): boolean {
  return worker !== null && isAlive(parseJson(worker) as Worker) === true;
}

/**
 * Finds abandoned work. This process knows its own work; processes on this machine are checked by PID, and those on
 * other machines must send heartbeats.
 */
export class WorkerWatch {
  readonly #watch = new SilenceWatch(LOST_MS);

  /** @param asked time before the rows were read, from `performance.now()` */
  abandoned<Row extends { id: string; worker: string | null }>(rows: readonly Row[], asked: number): Row[] {
    const silent = this.#watch.silent(
      rows.flatMap(({ worker }) => worker ?? []),
      asked,
    );
    return rows.filter(({ id, worker }) => {
      if (worker === null) return true;
      const process = parseJson(worker) as Worker;
      if (isOwn(process)) return !held.has(id);
      return !(isAlive(process) ?? !silent.has(worker));
    });
  }
}

/** Runs a transaction in which no other process can claim the work. @throws AttuneError E_LEASE_LOST */
export function whileHeld<Result>(
  registry: Registry,
  table: LeasedTable,
  lease: Lease,
  work: (transaction: RegistryTransaction) => Promise<Result>,
): Promise<Result> {
  return registry.transaction().execute(async (transaction) => {
    await requireHeld(transaction, table, lease);
    return work(transaction);
  });
}

/** @throws AttuneError E_LEASE_LOST */
export async function requireHeld(
  transaction: RegistryTransaction,
  table: LeasedTable,
  { id, lease }: Lease,
): Promise<void> {
  const own = transaction.selectFrom(table).select('id').where('id', '=', id).where('lease', '=', lease);
  if ((await own.executeTakeFirst()) !== undefined) return;
  throw new AttuneError('E_LEASE_LOST', {
    what: `${id} has been taken over by another process`,
    got: 'no heartbeat from this process for a minute',
    fix: 'nothing to do: the work of this process is discarded',
  });
}

/** Sends a heartbeat. @throws AttuneError E_LEASE_LOST */
export function keepLease(registry: Registry, table: LeasedTable, lease: Lease): Promise<void> {
  return whileHeld(registry, table, lease, async (transaction) => {
    const works = transaction.updateTable(table).set({ worker: workerNow() }).where('id', '=', lease.id);
    // Work released in the meantime can be claimed by others.
    await works.where('worker', 'is not', null).execute();
  });
}

export function isLeaseLost(error: unknown): boolean {
  return error instanceof AttuneError && error.code === 'E_LEASE_LOST';
}
