import type { ReportRows } from '../../report/index.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { rowsRemark } from '../../app/use-cases/text/report-remark.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { noOpen, showPage } from '../show-page.ts';

export const command = defineCommand({
  section: 'Train',
  summary: "show a run's report in the browser, and try its model there",
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [
    noOpen,
    {
      name: '--rows',
      value: 'HOW',
      summary: 'test rows in the report: clear, redacted or none (as in the recipe)',
    },
  ],
  examples: ['runs open runs/tickets', 'runs open runs/tickets --no-open', 'runs open runs/tickets --rows redacted'],
  async run(context) {
    const { reportRun } = await import('../../app/report/index.ts');
    const { html, json, report } = await reportRun(context.argument('RUN')!, rowsOf(context));
    context.out.line(`report   ${shortPath(html)}${rowsRemark(report)}`);
    const signal = context.stopSignal('closing the page');
    await showPage({ context, folder: report.run.folder, signal });
    return { folder: report.run.folder, report: html, data: json };
  },
});

function rowsOf(context: CommandContext): ReportRows | undefined {
  if (context.option('--rows') === undefined) return undefined;
  const rows = context.choice('--rows', ['clear', 'redacted', 'none']);
  return rows === 'redacted' ? rows : rows === 'clear';
}
