import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'train a finished run further, with a new schedule, as a new run',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [
    { name: '--epochs', value: 'NUMBER', summary: 'epochs to add (as many as the run had)' },
    { name: '--max-steps', value: 'N', summary: 'steps to add, in place of epochs' },
    { name: '--learning-rate', value: 'NUMBER', summary: 'peak of the new schedule (that of the run)' },
    { name: '--from', value: 'last|best', summary: 'checkpoint to start from: the last one, or the result (last)' },
    {
      name: '--output',
      aliases: ['--output-dir'],
      value: 'FOLDER',
      summary: 'folder of the new run (RUN-2, RUN-3, …)',
    },
    { name: '--dry-run', summary: 'check everything and try the worst batch, but train nothing' },
    { name: '--detach', summary: 'continue in the background' },
    { name: '--in-process', summary: 'train in this process, for debugging' },
  ],
  examples: ['runs continue runs/tickets --epochs 2', 'runs continue runs/tickets --epochs 1 --learning-rate 5e-4'],
  async run(context) {
    const { runWithProgress } = await import('../training.ts');
    const [{ continuedRecipe }, { trainDetached }] = await Promise.all([
      import('../../app/continue-run.ts'),
      import('../../app/train.ts'),
    ]);
    const recipe = await continuedRecipe(context.argument('RUN')!, {
      epochs: context.option('--epochs'),
      maxSteps: context.option('--max-steps'),
      learningRate: context.option('--learning-rate'),
      from: context.choice('--from', ['last', 'best'] as const),
      outputDir: context.option('--output'),
    });
    if (context.has('--detach')) return { outcome: 'detached' as const, ...(await trainDetached(recipe)) };
    return runWithProgress(context, recipe, {
      dryRun: context.has('--dry-run'),
      inProcess: context.has('--in-process'),
    });
  },
  render: async (outcome, terminal) => (await import('../training.ts')).describeOutcome(outcome, terminal),
});
