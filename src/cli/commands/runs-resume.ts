import { existsSync } from 'node:fs';
import { defineCommand } from '../command.ts';
import { formatCount } from '../../base/format.ts';
import { isCheapFolder } from '../../eval/baselines/cheap-names.ts';
import { shellWord, shortPath } from '../../terminal/short-path.ts';
import type { Terminal } from '../../terminal/terminal.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'resume a stopped run from its newest checkpoint',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [
    { name: '--detach', summary: 'continue in the background' },
    { name: '--in-process', summary: 'train in this process, for debugging' },
  ],
  async run(context) {
    const [{ showRun }, { storedRecipe }, { trainDetached }] = await Promise.all([
      import('../../app/runs.ts'),
      import('../../app/stored-run.ts'),
      import('../../app/train.ts'),
    ]);
    const { folder, status, result, step } = await showRun(context.argument('RUN')!);
    // A result that is gone is written again from the last checkpoint.
    if (status === 'finished' && result !== undefined && existsSync(result)) {
      return { outcome: 'finished-before' as const, folder, step, result };
    }
    const recipe = await storedRecipe(folder);
    if (context.has('--detach')) {
      return { outcome: 'detached' as const, ...(await trainDetached(recipe, { resume: true })) };
    }
    const { runWithProgress } = await import('../training.ts');
    return runWithProgress(context, recipe, { resume: true, inProcess: context.has('--in-process') });
  },
  render: async (result, terminal) =>
    result.outcome === 'finished-before'
      ? describeFinished(result, terminal)
      : (await import('../training.ts')).describeOutcome(result, terminal),
});

interface FinishedBefore {
  folder: string;
  step: number;
  result: string;
}

/** Nothing is left to do: what one may want instead. */
function describeFinished({ folder, step, result }: FinishedBefore, { colours }: Terminal): string {
  const { green, cyan, dim } = colours;
  const run = shellWord(shortPath(folder));
  const shows = `  ${cyan(`attune runs show ${run}`)}  ${dim('shows what it has come to')}`;
  if (isCheapFolder(result))
    return `${green('✓')} ${shortPath(folder)} is finished: there is nothing to resume\n${shows}`;
  return [
    `${green('✓')} ${shortPath(folder)} is finished, after step ${formatCount(step)}: there is nothing to resume`,
    shows,
    `  ${cyan(`attune runs continue ${run} --epochs 1`)}  ${dim('trains its result further')}`,
  ].join('\n');
}
