/** Training in a terminal: shows the recipe, the progress, and how to keep a cheaper system instead. */
import { AttuneError } from '../../../base/errors.ts';
import { plural } from '../../../base/format.ts';
import { isWeightlessModel } from '../../../answering/model/weightless.ts';
import type { Console } from '../../terminal/console.ts';
import { describeEpochs } from '../../terminal/progress/describe-events.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { withProgress } from '../../terminal/with-progress.ts';
import { readLaunch } from '../../../engine/group/launch.ts';
import type { Recipe } from '../../../training/recipe/recipe.ts';
import { keepAdvice, keepCommandOfRun } from '../text/keep-command.ts';
import type { Trained, Ended } from '../../run.ts';
import type { StartOptions, TrainOptions } from '../train.ts';

interface Training<Options = StartOptions> {
  recipe: Recipe;
  options: Options;
  /** Command that keeps a cheap system. */
  keepCommand?: (model: string) => string;
}

/** Trains and shows progress, or starts a run in the background. @throws as `trainShown` */
export async function trainInTerminal(console: Console, training: Training): Promise<Trained> {
  const { recipe, options } = training;
  if (options.detach !== true) return trainShown(console, training);
  return (await import('../../train.ts')).startTraining(recipe, options);
}

/** @throws AttuneError E_STOPPED if the run was stopped before its end */
export async function trainShown(
  console: Console,
  { recipe, options, keepCommand }: Training<TrainOptions>,
): Promise<Ended> {
  const { train } = await import('../../train.ts');
  const launch = readLaunch(process.env);
  // Several processes write to one terminal: only rank 0 prints.
  if (launch === undefined || launch.rank === 0) await showRecipe(console, recipe, options.dryRun === true);
  console.stopSignal('saving, then stopping; press Ctrl-C again to stop at once');
  const outcome = await withProgress(console, (onEvent) => train(recipe, { ...options, onEvent }));
  if (outcome.outcome === 'stopped')
    throw new AttuneError('E_STOPPED', {
      what: `The run was stopped after step ${outcome.step}`,
      fix: `continue with: attune runs resume ${shortPath(outcome.folder)}`,
    });
  const commandOf = keepCommand ?? ((model: string) => keepCommandOfRun(outcome.folder, model));
  const keep = keepAdvice(outcome.comparison, commandOf, { model: recipe.model, run: shortPath(outcome.folder) });
  return keep === undefined ? outcome : { ...outcome, keep };
}

/** Shows the recipe with its defaults: in short, or in full for a dry run. */
async function showRecipe({ log }: Console, recipe: Recipe, inFull: boolean): Promise<void> {
  const { dim } = log.colours;
  if (inFull) {
    const { stringify } = await import('yaml');
    log.line(dim(stringify(recipe).trimEnd()));
    return;
  }
  const { tuning, objective, training } = recipe;
  const where = `all settings: ${recipe.output_dir}/recipe.json`;
  if (isWeightlessModel(recipe.model)) return log.line(dim(`  ${recipe.model} · seed ${training.seed}; ${where}`));
  const options = Object.entries(tuning).filter(([name]) => name === 'r' || name === 'alpha');
  const { max_steps: steps, epochs, learning_rate: rate, batch_size: batch } = training;
  const length = steps === null ? epochs !== null && describeEpochs(epochs) : plural(steps, 'steps');
  const parts = [
    recipe.model,
    [tuning.method, ...options.map(([name, value]) => `${name} ${String(value)}`)].join(' '),
    objective.name,
    length,
    rate === 'auto' ? 'learning rate from trials' : rate !== null && `learning rate ${rate}`,
    batch !== null && `batch ${batch}`,
    `seed ${training.seed}`,
  ].filter((part) => part !== false);
  log.line(dim(`  ${parts.join(' · ')}; ${where}`));
}
