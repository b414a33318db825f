import { statSync } from 'node:fs';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { stream } from 'hono/streaming';
import { AttuneError } from '../../../base/errors.ts';
import { reportPage } from '../../../jobs/report/report-page.ts';
import { readReport } from '../../../jobs/report/run-report.ts';
import { runPaths } from '../../../store/run-paths.ts';
import { requireInside } from '../../access/confine.ts';
import { findRunFolder } from '../../find-runs.ts';
import { MOST_BODY_BYTES } from '../../page/question.ts';
import { Trial } from '../../page/trial.ts';
import { callerOf, REPORT_POLICY } from '../guard.ts';
import { comparedRuns } from '../compared-runs.ts';
import { followRun } from '../run-page.ts';
import { cursorOf, newsSignal } from './cursor.ts';

/** Maximum number of runs compared side by side on a screen. */
const MOST_COMPARED = 8;

/** Models of the run that was queried last; they are reopened after the run was trained again. */
export class RunModels {
  #open: { key: string; trial: Trial } | undefined;

  async of(folder: string): Promise<Trial> {
    const key = `${statSync(runPaths(folder).events).size} ${folder}`;
    if (this.#open?.key === key) return this.#open.trial;
    const before = this.#open?.trial;
    const trial = new Trial(folder);
    trial.planFor(readReport(folder));
    this.#open = { key, trial };
    await before?.close();
    return trial;
  }

  async close(): Promise<void> {
    await this.#open?.trial.close();
  }
}

/** Routes for a run's page, its report as a file, and answers of its models; `?run=` is a folder, a name or an id. */
export function runRoutes(models: RunModels): Hono {
  const app = new Hono();
  app.get('/run/page', async (context) =>
    context.json(await followRun(await folderOf(context), cursorOf(context), newsSignal(context))),
  );
  app.get('/run/report', async (context) => {
    const page = reportPage(readReport(await folderOf(context)));
    return context.html(page, 200, { 'content-security-policy': REPORT_POLICY });
  });
  app.get('/runs/compared', async (context) => {
    const runs = context.req.queries('run') ?? [];
    const folders = await Promise.all(runs.slice(0, MOST_COMPARED).map((run) => folderOfRun(context, run)));
    return context.json({ shown: comparedRuns(folders).text });
  });
  app.get('/run/plan', async (context) => {
    const folder = await folderOf(context);
    return context.json(new Trial(folder).planFor(readReport(folder)) ?? null);
  });
  app.post('/run/ask', bodyLimit({ maxSize: MOST_BODY_BYTES }), async (context) => {
    const trial = await models.of(await folderOf(context));
    const body: unknown = await context.req.json().catch(() => undefined);
    if (trial.plan === undefined)
      throw new AttuneError('E_RUN_UNFINISHED', {
        what: 'This run has no model to query yet',
        fix: 'wait until it has finished',
      });
    const answering = trial.ask(body);
    if (answering === undefined) throw new AttuneError('E_USAGE', { what: 'This question does not fit the model' });
    context.header('content-type', 'application/x-ndjson; charset=utf-8');
    return stream(context, (out) =>
      answering((line) => void out.write(`${JSON.stringify(line)}\n`), context.req.raw.signal),
    );
  });
  return app;
}

function folderOf(context: Context): Promise<string> {
  return folderOfRun(context, context.req.query('run') ?? '');
}

/** Resolves a run and checks its folder, since a name may lead to a run elsewhere. @throws AttuneError E_OUTSIDE, E_RUN_MISSING */
async function folderOfRun(context: Context, run: string): Promise<string> {
  const text = await findRunFolder(run);
  requireInside([{ field: 'run', text }], callerOf(context));
  return text;
}
