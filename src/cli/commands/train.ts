import { AttuneError } from '../../base/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { describeOutcome, resolveFor, runWithProgress } from '../training.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'fine-tune a model by a recipe',
  arguments: [{ name: 'RECIPE', summary: 'a .yaml, .json or .ts file; flags alone will do' }],
  options: [
    { name: '--dry-run', summary: 'check everything and try the longest batch, then stop' },
    { name: '--detach', summary: 'go on in the background' },
    { name: '--resume', summary: 'go on from the newest checkpoint, where there is one' },
    { name: '--in-process', summary: 'train in this process, for debugging' },
  ],
  takesRecipe: true,
  examples: [
    'train tickets.yaml',
    'train tickets.yaml --learning-rate 1e-4 --epochs 2 --output-dir runs/second',
    'train --model attune-base --train tickets.jsonl --tuning.r 8',
  ],
  async run(context) {
    refuseContradictions(context);
    const recipe = await resolveFor(context);
    const resume = context.has('--resume');
    if (context.has('--detach')) {
      const { trainDetached } = await import('../../app/train.ts');
      return { outcome: 'detached' as const, ...(await trainDetached(recipe, { resume })) };
    }
    const options = { resume, dryRun: context.has('--dry-run'), inProcess: context.has('--in-process') };
    return runWithProgress(context, recipe, options);
  },
  render: describeOutcome,
});

function refuseContradictions(context: CommandContext): void {
  const given = ['--dry-run', '--detach', '--in-process'].filter((name) => context.has(name));
  if (given.length < 2) return;
  throw new AttuneError('E_USAGE', { what: `${given.join(' and ')} exclude each other`, fix: 'choose one' });
}
