import { trainingFields } from './shared/training-fields.ts';
import { defineUseCase, resultType } from './use-case.ts';
import type { DetachedRun, Trained } from '../run.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'train a finished run further, with a new schedule, as a new run',
  arguments: ({ argument }) => [argument('run', 'RUN', "a run's folder, name or id")],
  options: (fields) => {
    const { z, parsed, choice, text, flag } = fields;
    // Texts are parsed like a recipe's flags.
    const setting = (value: string, summary: string) =>
      parsed(z.union([z.number(), z.string()]), value, summary, { read: String });
    return {
      epochs: setting('NUMBER', 'epochs to add (as many as the run had)'),
      maxSteps: setting('N', 'steps to add, instead of epochs'),
      learningRate: setting('NUMBER', 'peak of the new schedule (that of the run)'),
      from: choice(['last', 'best'], 'last|best', 'checkpoint to start from: the last one, or the result (last)'),
      output: text('FOLDER', 'folder of the new run (RUN-2, RUN-3, …)', { aliases: ['--output-dir'] }),
      dryRun: flag('check everything and try the largest batch, but do not train'),
      ...trainingFields(fields),
    };
  },
  effects: ['computes', 'writes-runs'],
  examples: ['runs continue runs/tickets --epochs 2', 'runs continue runs/tickets --epochs 1 --learning-rate 5e-4'],
  resultWith: { detach: resultType<DetachedRun>() },
  async run({ run, ...options }, call): Promise<Trained> {
    const [{ continuedRecipe }, { startTraining }] = await Promise.all([
      import('../continue-run.ts'),
      import('../train.ts'),
    ]);
    return startTraining(await continuedRecipe(run, options), { ...options, ...call });
  },
  async inTerminal({ run, ...options }, console): Promise<Trained> {
    const [{ continuedRecipe }, { trainInTerminal }] = await Promise.all([
      import('../continue-run.ts'),
      import('./shared/train-in-terminal.ts'),
    ]);
    return trainInTerminal(console, { recipe: await continuedRecipe(run, options), options });
  },
  render: async (outcome, terminal) => (await import('./text/outcome.ts')).describeOutcome(outcome, terminal),
});
