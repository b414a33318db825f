import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'save a run and stop it',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [{ name: '--kill', summary: 'end it at once; everything after its last checkpoint is lost' }],
  async run(context) {
    const { stopRun } = await import('../../app/runs.ts');
    return stopRun(context.argument('RUN')!, { kill: context.has('--kill') });
  },
  render: async (run, terminal) => (await import('../../app/use-cases/text/run.ts')).describeRun(run, terminal),
});
