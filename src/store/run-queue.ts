import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { attuneHome } from '../base/home.ts';
import type { JobContext } from '../base/job.ts';
import { lockFile } from '../files/lock-file.ts';
import type { Index } from './index-database.ts';
import { isAlive } from './process-identity.ts';
import { readRun } from './run-folder.ts';
import { findLockOwner } from './run-lock.ts';
import { listRuns } from './run-records.ts';
import type { RunSummary } from './run-summary.ts';

const POLL_MS = 500;

interface Queueing extends Pick<JobContext, 'emit' | 'signal'> {
  folder: string;
  /** The index with all emitted events. A second connection would block on transactions of this process's first one. */
  settled: () => Promise<Index>;
}

/**
 * Waits, first come first served, until no other run on this machine is training. Each run waits in its own process, so
 * that no scheduler has to be running.
 * @throws the signal's reason
 */
export async function awaitTurn(queueing: Queueing): Promise<void> {
  const { folder, signal, settled } = queueing;
  const queuedAt = await enter(queueing);
  for (;;) {
    signal.throwIfAborted();
    const others = await othersUnderWay(await settled(), folder);
    if (others.every(({ status, updatedAt }) => status === 'waiting' && updatedAt > queuedAt)) return;
    await wait(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Takes a lock, so that the later of two runs sees the earlier one in the index, with an earlier time. */
async function enter({ folder, emit, settled }: Queueing): Promise<number> {
  mkdirSync(attuneHome(), { recursive: true });
  using _held = await lockFile(join(attuneHome(), 'run-queue'));
  emit({ type: 'run-queued', runsAhead: (await othersUnderWay(await settled(), folder)).length });
  await settled();
  return readRun(folder).updatedAt;
}

async function othersUnderWay(index: Index, folder: string): Promise<RunSummary[]> {
  const runs = await listRuns(index);
  return runs.filter((run) => {
    if (run.folder === folder || (run.status !== 'running' && run.status !== 'waiting')) return false;
    const owner = findLockOwner(run.folder);
    return owner !== undefined && isAlive(owner) === true;
  });
}
