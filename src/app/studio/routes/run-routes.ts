import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { stream } from 'hono/streaming';
import { AttuneError } from '../../../base/errors.ts';
import { reportPage } from '../../../jobs/report/report-page.ts';
import { readReport } from '../../../jobs/report/run-report.ts';
import { showRun } from '../../find-runs.ts';
import { MOST_BODY_BYTES } from '../../page/question.ts';
import { Trial } from '../../page/trial.ts';
import { REPORT_POLICY } from '../guard.ts';
import { RunFeeds } from '../run-feed.ts';
import { cursorOf, newsSignal } from './cursor.ts';

/** Models of runs that were asked, kept open until the studio closes. */
export class RunModels {
  readonly #trials = new Map<string, Trial>();

  of(folder: string): Trial {
    const trial = this.#trials.get(folder) ?? new Trial(folder);
    this.#trials.set(folder, trial);
    return trial;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#trials.values()].map((trial) => trial.close()));
  }
}

/** A run's events, its report, and answers of its models; `?run=` is a folder, a name or an id. */
export function runRoutes(models: RunModels): Hono {
  const app = new Hono();
  const feeds = new RunFeeds();
  app.get('/run/events', async (context) =>
    context.json(await feeds.follow(await folderOf(context), cursorOf(context), newsSignal(context))),
  );
  app.get('/run/report', async (context) => {
    const page = reportPage(readReport(await folderOf(context)));
    return context.html(page, 200, { 'content-security-policy': REPORT_POLICY });
  });
  app.get('/run/comparison', async (context) => {
    const { comparison, samples } = readReport(await folderOf(context));
    return context.json({ comparison, samples });
  });
  app.get('/run/plan', async (context) => {
    const folder = await folderOf(context);
    return context.json(models.of(folder).planFor(readReport(folder)) ?? null);
  });
  app.post('/run/ask', bodyLimit({ maxSize: MOST_BODY_BYTES }), async (context) => {
    const folder = await folderOf(context);
    const trial = models.of(folder);
    const body: unknown = await context.req.json().catch(() => undefined);
    if (trial.planFor(readReport(folder)) === undefined)
      throw new AttuneError('E_RUN_UNFINISHED', {
        what: 'This run has nothing to ask yet',
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

async function folderOf(context: Context): Promise<string> {
  return (await showRun(context.req.query('run') ?? '')).folder;
}
