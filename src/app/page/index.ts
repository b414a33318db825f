import { reportPage } from '../../monitor/report/page.ts';
import { readReport } from '../../monitor/report/run-report.ts';
import { openContenders, type Question } from './contenders.ts';
import { servePage, type PageServer } from './page-server.ts';
import { tryBox } from './try-box.ts';

export { hasBrowser, openBrowser } from './browser.ts';

/**
 * Serves a run's report to this machine's browser, with a box to try the tuned model and its base, until it is closed.
 * `folder` is the run's; every visit shows what it holds then. Errors: E_RUN_MISSING.
 */
export async function openPage(folder: string): Promise<PageServer> {
  const contenders = openContenders(folder);
  const page = (): string => {
    const report = readReport(folder);
    return reportPage(report, tryBox(report));
  };
  page();
  const server = await servePage({
    page,
    ask(body) {
      const question = questionOf(body);
      return question && ((line, signal) => contenders.ask(question, line, signal));
    },
  });
  return {
    url: server.url,
    async close() {
      await server.close();
      await contenders.close();
    },
  };
}

const MOST_TOKENS = 4096;

/** What came over the wire is checked like any input. */
function questionOf(body: unknown): Question | undefined {
  const { text, isChat, maxNewTokens } = (body ?? {}) as Record<string, unknown>;
  const isCount = Number.isInteger(maxNewTokens) && Number(maxNewTokens) > 0 && Number(maxNewTokens) <= MOST_TOKENS;
  if (typeof text !== 'string' || text === '' || typeof isChat !== 'boolean' || !isCount) return undefined;
  return { text, isChat, maxNewTokens: Number(maxNewTokens) };
}
