import { statSync } from 'node:fs';
import { reportPage } from '../../jobs/report/report-page.ts';
import { readReport, type RunReport } from '../../jobs/report/run-report.ts';
import { requireRun } from '../../store/run-folder.ts';
import { findLockOwner } from '../../store/run-lock.ts';
import { runPaths } from '../../store/run-paths.ts';
import { resultFiles } from '../../store/result-files.ts';
import { trainedForm } from '../prompt-form.ts';
import { openContenders, type Contenders } from './contenders.ts';
import { livePage } from './live-page.ts';
import { servePage, type PageServer } from './page-server.ts';
import { MOST_FILE_BYTES, questionOf } from './question.ts';
import { tryBox } from './try-box.ts';
import { tryPlan, type TryPlan } from './try-plan.ts';

export { hasBrowser, openBrowser } from './browser.ts';

/** A file as the page sends it, in base64, and the words around it. */
const MOST_BODY_BYTES = Math.ceil((4 / 3) * MOST_FILE_BYTES) + 2 ** 20;

/**
 * Serves a run's report to this machine's browser until it is closed: of a run that goes on a page that follows it, of
 * a result one with a box to try it. `folder` is the run's; every visit shows what it holds then. Errors: E_RUN_MISSING.
 */
export async function openPage(folder: string): Promise<PageServer> {
  requireRun(folder);
  const trial = new Trial(folder);
  const page = (): string => {
    // Before the report: what is added while that is read is news.
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

/** Changes with what the page would show: events are only ever added. */
function stateOf(folder: string): { version: string; isRunning: boolean } {
  const { size } = statSync(runPaths(folder).events);
  return { version: String(size), isRunning: findLockOwner(folder) !== undefined };
}

/** The models of a run's page, once there are some. */
class Trial {
  readonly #folder: string;
  #plan: TryPlan | undefined;
  #contenders: Contenders | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  planFor(report: RunReport): TryPlan | undefined {
    this.#plan = tryPlan(report, hasResult(this.#folder) ? trainedForm(this.#folder) : undefined);
    return this.#plan;
  }

  ask(body: unknown) {
    const plan = this.#plan;
    const question = plan && questionOf(body, plan);
    if (plan === undefined || question === undefined) return undefined;
    this.#contenders ??= openContenders(this.#folder, plan);
    const contenders = this.#contenders;
    return (line: (value: unknown) => void, signal: AbortSignal) => contenders.ask(question, line, signal);
  }

  async close(): Promise<void> {
    await this.#contenders?.close();
  }
}

function hasResult(folder: string): boolean {
  return Object.keys(resultFiles(folder)).length > 0;
}
