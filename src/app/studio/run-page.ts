import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { reportParts } from '../../jobs/report/report-page.ts';
import { readReport } from '../../jobs/report/run-report.ts';
import { requireRun } from '../../store/run-folder.ts';
import { findLockOwner } from '../../store/run-lock.ts';
import { runPaths } from '../../store/run-paths.ts';
import type { RunStatus } from '../../store/run-summary.ts';

const POLL_MS = 250;
/** Pause between reads of a long run as a multiple of the reading time, so that reading takes at most a tenth of the time. */
const PAUSES = 10;
const PAUSE_MS = { least: 500, most: 10_000 };

export interface RunPart {
  /** The report as escaped HTML; absent if nothing has changed. */
  shown?: { head: string; rest: string; status: RunStatus };
  /** Size of the run's log, which serves as a cursor that stays valid after a restart. */
  next: number;
  isRunning: boolean;
  /** Milliseconds to wait before the next request. */
  pause: number;
}

/** A run's report if its log has grown beyond `since`; waits for changes to a run in progress. @throws AttuneError E_RUN_MISSING */
export async function followRun(folder: string, since: number, until: AbortSignal): Promise<RunPart> {
  requireRun(folder);
  for (;;) {
    // Checked before reading, so that the last lines before the end are included.
    const isRunning = findLockOwner(folder) !== undefined;
    const { size } = statSync(runPaths(folder).events);
    if (size !== since || !isRunning) return { ...reportNow(folder), next: size, isRunning };
    if (until.aborted) return { next: size, isRunning, pause: 0 };
    await wait(POLL_MS, undefined, { signal: until }).catch(() => undefined);
  }
}

function reportNow(folder: string): Pick<RunPart, 'shown' | 'pause'> {
  const begun = performance.now();
  const report = readReport(folder);
  const { head, rest } = reportParts(report);
  const pause = PAUSES * (performance.now() - begun);
  return {
    shown: { head: head.text, rest: rest.text, status: report.run.status },
    pause: Math.min(PAUSE_MS.most, Math.max(PAUSE_MS.least, pause)),
  };
}
