import { defineCommand } from '../command.ts';
import { shortPath } from '../short-path.ts';
import { noOpen, showPage } from '../show-page.ts';

export const command = defineCommand({
  section: 'Train',
  summary: "show a run's report in the browser, and try its model there",
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [noOpen],
  examples: ['runs open runs/tickets', 'runs open runs/tickets --no-open'],
  async run(context) {
    const { reportRun } = await import('../../app/report/index.ts');
    const { html, json, report } = await reportRun(context.argument('RUN')!);
    context.out.line(`report   ${shortPath(html)}`);
    const signal = context.stopSignal('closing the page');
    await showPage({ context, folder: report.run.folder, signal });
    return { folder: report.run.folder, report: html, data: json };
  },
});
