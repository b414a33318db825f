import { setTimeout as wait } from 'node:timers/promises';
import type { StampedEvent } from '../../base/events.ts';
import { JsonLinesReader } from '../../store/json-lines.ts';
import { isEvent, requireRun } from '../../store/run-folder.ts';
import { findLockOwner } from '../../store/run-lock.ts';
import { runPaths } from '../../store/run-paths.ts';

const POLL_MS = 250;

export interface RunPart {
  events: StampedEvent[];
  /** Cursor for what follows: an offset in the file of events, so that it survives this server. */
  next: number;
  isRunning: boolean;
}

/** Events of a run from a cursor on; waits for news of a run in progress until `until`. @throws AttuneError E_RUN_MISSING */
export async function followRun(folder: string, since: number, until: AbortSignal): Promise<RunPart> {
  requireRun(folder);
  const reader = new JsonLinesReader<StampedEvent>(runPaths(folder).events, since);
  for (;;) {
    // Before reading, so that what was written up to the end is read too.
    const isRunning = findLockOwner(folder) !== undefined;
    const events = [...reader.read()].filter(isEvent);
    if (events.length > 0 || !isRunning || until.aborted) return { events, next: reader.next, isRunning };
    await wait(POLL_MS, undefined, { signal: until }).catch(() => undefined);
  }
}
