import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { reportParts } from '../../jobs/report/report-page.ts';
import { readReport } from '../../jobs/report/run-report.ts';
import { requireRun } from '../../store/run-folder.ts';
import { findLockOwner } from '../../store/run-lock.ts';
import { runPaths } from '../../store/run-paths.ts';
import type { RunStatus } from '../../store/run-summary.ts';

const POLL_MS = 250;
/** Reading a long run takes a while: it may take a tenth of the time. */
const PAUSES = 10;
const PAUSE_MS = { least: 500, most: 10_000 };

export interface RunPart {
  /** The report as HTML, escaped; absent where nothing is new. */
  shown?: { head: string; rest: string; status: RunStatus };
  /** Size of the run's log, so that it survives this server. */
  next: number;
  isRunning: boolean;
  /** Milliseconds to leave until the next request. */
  pause: number;
}

/** A run's report if its log has grown beyond `since`; waits for news of a run in progress. @throws AttuneError E_RUN_MISSING */
export async function followRun(folder: string, since: number, until: AbortSignal): Promise<RunPart> {
  requireRun(folder);
  for (;;) {
    // Before reading, so that what was written up to the end is read too.
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
