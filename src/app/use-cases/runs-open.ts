import type { WrittenReport } from '../report/index.ts';
import { shortPath } from '../terminal/short-path.ts';
import { openField, showPage } from './shared/show-page.ts';
import { rowsRemark } from './text/report-remark.ts';
import { defineUseCase } from './use-case.ts';

export interface ReportFiles {
  folder: string;
  /** Path of the HTML page. */
  report: string;
  /** Path of the same report in JSON. */
  data: string;
}

export const useCase = defineUseCase({
  section: 'Train',
  summary: "show a run's report in the browser, and try its model there",
  arguments: ({ argument }) => [argument('run', 'RUN', "a run's folder, name or id")],
  options: (fields) => ({
    ...openField(fields),
    rows: fields.choice(
      ['clear', 'redacted', 'none'],
      'HOW',
      'test rows in the report: clear, redacted or none (as in the recipe)',
    ),
  }),
  effects: ['writes-runs'],
  examples: ['runs open runs/tickets', 'runs open runs/tickets --no-open', 'runs open runs/tickets --rows redacted'],
  async run({ run, rows }): Promise<ReportFiles> {
    const { html, json, report } = await written(run, rows);
    return { folder: report.run.folder, report: html, data: json };
  },
  async inTerminal({ run, rows, open }, console): Promise<ReportFiles> {
    const { html, json, report } = await written(run, rows);
    console.out.line(`report   ${shortPath(html)}${rowsRemark(report)}`);
    const { folder } = report.run;
    await showPage(console, { folder, open, signal: console.stopSignal('closing the page') });
    return { folder, report: html, data: json };
  },
});

async function written(run: string, rows?: 'clear' | 'redacted' | 'none'): Promise<WrittenReport> {
  const { reportRun } = await import('../report/index.ts');
  return reportRun(run, rows === undefined || rows === 'redacted' ? rows : rows === 'clear');
}
