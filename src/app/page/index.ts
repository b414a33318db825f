import { statSync } from 'node:fs';
import { reportPage } from '../../jobs/report/report-page.ts';
import { readReport } from '../../jobs/report/run-report.ts';
import { requireRun } from '../../store/run-folder.ts';
import { findLockOwner } from '../../store/run-lock.ts';
import { runPaths } from '../../store/run-paths.ts';
import { livePage } from './live-page.ts';
import { servePage, type PageServer } from './page-server.ts';
import { MOST_BODY_BYTES } from './question.ts';
import { Trial } from './trial.ts';
import { tryBox } from './try-box.ts';

export { hasBrowser, openBrowser } from './browser.ts';

/**
 * Serves a run's report on this machine until it is closed: for a run in progress, a page that follows it; for a
 * result, one with a form to try it. `folder` is the run's; the page always shows its current contents. @throws
 * AttuneError E_RUN_MISSING
 */
export async function openPage(folder: string): Promise<PageServer> {
  requireRun(folder);
  const trial = new Trial(folder);
  const page = (): string => {
    // Read before the report, so that events added meanwhile count as changes.
    const { version } = stateOf(folder);
    const report = readReport(folder);
    const plan = trial.planFor(report);
    if (plan !== undefined) return reportPage(report, tryBox(report, plan));
    return reportPage(report, report.run.status === 'running' ? livePage(version) : undefined);
  };
  page();
  const server = await servePage({
    page,
    state: () => stateOf(folder),
    mostBytes: MOST_BODY_BYTES,
    ask: (body) => trial.ask(body),
  });
  return {
    url: server.url,
    async close() {
      await server.close();
      await trial.close();
    },
  };
}

/** The state of the page's contents; the version changes with every event, since events are only appended. */
function stateOf(folder: string): { version: string; isRunning: boolean } {
  const { size } = statSync(runPaths(folder).events);
  return { version: String(size), isRunning: findLockOwner(folder) !== undefined };
}
