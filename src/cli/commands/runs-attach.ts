import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'follow a run that another process trains',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  async run(context) {
    const { attachRun } = await import('../../app/runs.ts');
    const signal = context.stopSignal('the run goes on');
    const progress = context.progress();
    try {
      return await attachRun(context.argument('RUN')!, progress.show, signal);
    } finally {
      progress.close();
    }
  },
});
