import type { RecipeFlags, RecipeInput } from '../recipe/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { Run, DetachedRun, Trained } from '../run.ts';
import { trainingFields } from './shared/training-fields.ts';
import { keepCommand } from './text/keep-command.ts';
import { defineUseCase, resultType, type CallOptions } from './use-case.ts';

/** Options for a resolved recipe. */
export type StartOptions = Omit<CallOptions<typeof useCase>, 'flags'>;

export type TrainOptions = Omit<StartOptions, 'detach'>;

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'fine-tune a model from a recipe',
  arguments: ({ z, optionalArgument }) => {
    const recipe = z.custom<RecipeInput | Recipe>((given) => typeof given === 'object' && given !== null);
    const named = optionalArgument('recipe', 'RECIPE', 'a .yaml, .json or .ts file; optional');
    return [{ ...named, schema: z.union([z.string(), recipe]).optional() }];
  },
  options: (fields) => ({
    dryRun: fields.flag('check everything and try the largest batch, but do not train'),
    resume: fields.flag('continue from the newest checkpoint, if there is one'),
    overwrite: fields.flag('first delete the run in the output folder, if there is one'),
    profile: fields.flag('profile two steps; the trace goes to profile.json'),
    pauseAt: fields.count('STEP', 'stop with a checkpoint after this step; `runs resume` continues'),
    processes: fields.count('N', 'processes on this machine that share the run (1)'),
    ...trainingFields(fields),
    flags: fields.inMemory<RecipeFlags>("settings that override the recipe's, by leaf name or dotted path"),
    isRound: fields.inMemory<boolean>("whether the checkpoint's weights are those of a federation's round (false)"),
    handleSignals: fields.inMemory<boolean>('whether Ctrl-C and SIGTERM make the run save and stop (true)'),
  }),
  takesRecipe: true,
  effects: ['computes', 'writes-runs', 'fetches'],
  examples: [
    'train tickets.yaml',
    'train tickets.yaml --learning-rate 1e-4 --epochs 2 --output-dir runs/second',
    'train --model attune-base --train tickets.jsonl --tuning.r 8',
  ],
  resultWith: { detach: resultType<DetachedRun>() },
  async run({ recipe: wanted, ...options }, call): Promise<Run | DetachedRun> {
    const [{ trainRecipe }, { startTraining }, { asRun }] = await Promise.all([
      import('../train-recipe.ts'),
      import('../train.ts'),
      import('../run.ts'),
    ]);
    const given = { ...options, ...call };
    return asRun(await trainRecipe(wanted, given, (recipe) => startTraining(recipe, given)));
  },
  async inTerminal({ recipe: wanted, ...options }, console): Promise<Trained> {
    const [{ trainRecipe }, { trainInTerminal }] = await Promise.all([
      import('../train-recipe.ts'),
      import('./shared/train-in-terminal.ts'),
    ]);
    const onNotice = (notice: string) => console.log.line(console.log.colours.dim(notice));
    const file = typeof wanted === 'string' ? wanted : undefined;
    return trainRecipe(wanted, { ...options, onNotice }, (recipe) =>
      trainInTerminal(console, {
        recipe,
        options,
        keepCommand: (model) => keepCommand(model, options.flags ?? {}, file),
      }),
    );
  },
  render: async (outcome, terminal) => (await import('./text/outcome.ts')).describeOutcome(outcome, terminal),
});
