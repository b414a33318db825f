import { defineCommand } from '../command.ts';
import { describeRun } from '../run-text.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'let a run save and stop',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [{ name: '--kill', summary: 'end it at once; what came after its last checkpoint is lost' }],
  async run(context) {
    const { stopRun } = await import('../../app/runs.ts');
    return stopRun(context.argument('RUN')!, { kill: context.has('--kill') });
  },
  render: describeRun,
});
