import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'prove that a run comes out as recorded',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [{ name: '--retrain', summary: 'train it again and compare bytes, instead of scoring it again' }],
  async run(context) {
    const [{ verifyRun }, { showRun }] = await Promise.all([
      import('../../app/verify.ts'),
      import('../../app/runs.ts'),
    ]);
    const { folder } = await showRun(context.argument('RUN')!);
    const signal = context.stopSignal('stopping');
    const progress = context.progress();
    const result = await verifyRun(folder, { retrain: context.has('--retrain'), onEvent: progress.show, signal });
    progress.close(true);
    return result;
  },
  render: ({ how, compared }, { colours }) => {
    const lines = compared.map(({ name, found }) => `  ${colours.green('✓')} ${name}  ${found.slice(0, 16)}`);
    return [`${colours.green('✓')} ${how === 'scored' ? 'scored again' : 'trained again'}: as recorded`, ...lines].join(
      '\n',
    );
  },
});
