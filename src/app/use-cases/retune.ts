import { defineUseCase } from './use-case.ts';
import type { Ended } from '../run.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: "tune another base model on a run's data, as a new run",
  arguments: ({ argument }) => [argument('run', 'RUN', "a run's folder, name or id")],
  options: ({ required, text, flag }) => ({
    model: required(text('NEW_BASE', 'the new base model: a folder or a known name')),
    output: text('FOLDER', 'folder of the new run (default: RUN-2, RUN-3, …)', { aliases: ['--output-dir'] }),
    dryRun: flag('check everything and try the largest batch, but do not train'),
  }),
  effects: ['computes', 'writes-runs'],
  examples: ['retune runs/tickets --model Qwen/Qwen3-0.6B'],
  async run({ run, ...options }, call): Promise<Ended> {
    const [{ retuneRecipe }, { train }] = await Promise.all([import('../retune.ts'), import('../train.ts')]);
    return train(await retuneRecipe(run, options), { ...options, ...call });
  },
  async inTerminal({ run, ...options }, console): Promise<Ended> {
    const [{ retuneRecipe }, { trainShown }] = await Promise.all([
      import('../retune.ts'),
      import('./shared/train-in-terminal.ts'),
    ]);
    return trainShown(console, { recipe: await retuneRecipe(run, options), options });
  },
  render: async (outcome, terminal) => (await import('./text/outcome.ts')).describeOutcome(outcome, terminal),
});
