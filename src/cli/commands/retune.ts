import { AttuneError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Train',
  summary: "tune another base model on a run's data, as a new run",
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [
    { name: '--model', value: 'NEW_BASE', summary: 'the base to tune: a folder or a known name', required: true },
    {
      name: '--output',
      aliases: ['--output-dir'],
      value: 'FOLDER',
      summary: 'folder of the new run; RUN-2, RUN-3, … unless given',
    },
    { name: '--dry-run', summary: 'check everything and try the worst batch, but train nothing' },
  ],
  examples: ['retune runs/tickets --model Qwen/Qwen3-0.6B'],
  async run(context) {
    const { runWithProgress } = await import('../training.ts');
    const model = context.option('--model');
    if (model === undefined) {
      throw new AttuneError('E_USAGE', {
        what: '--model is missing: the base to tune',
        fix: 'attune retune runs/tickets --model NEW_BASE; `attune models list` shows what is there',
      });
    }
    const { retuneRecipe } = await import('../../app/retune.ts');
    const recipe = await retuneRecipe(context.argument('RUN')!, { model, outputDir: context.option('--output') });
    return runWithProgress(context, recipe, { dryRun: context.has('--dry-run') });
  },
  render: async (outcome, terminal) => (await import('../training.ts')).describeOutcome(outcome, terminal),
});
