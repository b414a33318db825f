import { AttuneError } from '../../base/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'fine-tune a model by a recipe',
  arguments: [{ name: 'RECIPE', summary: 'a .yaml, .json or .ts file; may be left out' }],
  options: [
    { name: '--dry-run', summary: 'check everything and try the longest batch, then stop' },
    { name: '--detach', summary: 'continue in the background' },
    { name: '--resume', summary: 'continue from the newest checkpoint, if there is one' },
    { name: '--overwrite', summary: 'delete the run in the output folder first, where there is one' },
    { name: '--profile', summary: 'profile two steps; the trace goes to profile.json' },
    { name: '--in-process', summary: 'train in this process, for debugging' },
  ],
  takesRecipe: true,
  examples: [
    'train tickets.yaml',
    'train tickets.yaml --learning-rate 1e-4 --epochs 2 --output-dir runs/second',
    'train --model attune-base --train tickets.jsonl --tuning.r 8',
  ],
  async run(context) {
    const { resolveFor, runWithProgress } = await import('../training.ts');
    refuseContradictions(context);
    const resume = context.has('--resume');
    const isReplacing = context.has('--overwrite');
    const recipe = await resolveFor(context, isReplacing ? undefined : resume ? 'latest' : 'new');
    if (context.has('--detach')) {
      if (isReplacing) await removeEarlier(recipe.output_dir);
      const { trainDetached } = await import('../../app/train.ts');
      return { outcome: 'detached' as const, ...(await trainDetached(recipe, { resume })) };
    }
    const [dryRun, profile, inProcess] = ['--dry-run', '--profile', '--in-process'].map((name) => context.has(name));
    const options = { resume, dryRun, profile, inProcess, overwrite: isReplacing };
    try {
      return await runWithProgress(context, recipe, options);
    } catch (error) {
      throw await placed(error, context);
    }
  },
  render: async (outcome, terminal) => (await import('../training.ts')).describeOutcome(outcome, terminal),
});

/** What the run found wrong with the recipe, at its lines. */
async function placed(error: unknown, { argument, recipeFlags }: CommandContext): Promise<unknown> {
  const { placeProblems } = await import('../../app/recipe/index.ts');
  const file = argument('RECIPE');
  return file === undefined ? error : placeProblems(error, file, recipeFlags);
}

/** A profile is of the first steps, and shown where the run is watched. */
const exclusive = [
  ['--dry-run', '--detach', '--in-process'],
  ['--profile', '--dry-run'],
  ['--profile', '--detach'],
  ['--profile', '--resume'],
  ['--overwrite', '--resume'],
  ['--overwrite', '--dry-run'],
];

async function removeEarlier(folder: string): Promise<void> {
  const { deleteRuns, isRun } = await import('../../app/tidy-runs.ts');
  if (isRun(folder)) await deleteRuns([folder]);
}

function refuseContradictions(context: CommandContext): void {
  for (const group of exclusive) {
    const given = group.filter((name) => context.has(name));
    if (given.length < 2) continue;
    throw new AttuneError('E_USAGE', { what: `${given.join(' and ')} exclude each other`, fix: 'choose one' });
  }
}
