import { defineCommand } from '../command.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'check that a run gives the recorded results',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [{ name: '--retrain', summary: 'train it again and compare bytes, instead of scoring it again' }],
  async run(context) {
    const [{ verifyRun }, { showRun }] = await Promise.all([
      import('../../app/verify.ts'),
      import('../../app/runs.ts'),
    ]);
    const { folder } = await showRun(context.argument('RUN')!);
    const signal = context.stopSignal('stopping');
    const retrain = context.has('--retrain');
    return withProgress(context, (onEvent) => verifyRun(folder, { retrain, onEvent, signal }));
  },
  render: ({ how, compared }, { colours }) => {
    const lines = compared.map(({ name, found }) => `  ${colours.green('✓')} ${name}  ${found.slice(0, 16)}`);
    return [`${colours.green('✓')} ${how === 'scored' ? 'scored again' : 'trained again'}: as recorded`, ...lines].join(
      '\n',
    );
  },
});
