import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'show the results of a run',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  examples: ['runs show runs/tickets'],
  async run(context) {
    const { showRun } = await import('../../app/runs.ts');
    return showRun(context.argument('RUN')!);
  },
  render: async (run, terminal) => (await import('../../app/use-cases/text/run.ts')).describeRun(run, terminal),
});
