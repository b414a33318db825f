import { defineCommand } from '../command.ts';
import { describeOutcome, runWithProgress } from '../training.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'go on with a run from its newest checkpoint',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [
    { name: '--detach', summary: 'go on in the background' },
    { name: '--in-process', summary: 'train in this process, for debugging' },
  ],
  async run(context) {
    const [{ showRun }, { storedRecipe }, { trainDetached }] = await Promise.all([
      import('../../app/runs.ts'),
      import('../../app/stored-run.ts'),
      import('../../app/train.ts'),
    ]);
    const { folder } = await showRun(context.argument('RUN')!);
    const recipe = await storedRecipe(folder);
    if (context.has('--detach')) {
      return { outcome: 'detached' as const, ...(await trainDetached(recipe, { resume: true })) };
    }
    return runWithProgress(context, recipe, { resume: true, inProcess: context.has('--in-process') });
  },
  render: describeOutcome,
});
