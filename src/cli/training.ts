import { basename } from 'node:path';
import type { Recipe } from '../train/recipe.ts';
import type { TrainOptions, TrainOutcome } from '../app/train.ts';
import { AttuneError } from '../base/errors.ts';
import { formatNumber } from '../base/format.ts';
import type { CommandContext } from './command.ts';
import { describeComparison } from './comparison-text.ts';
import { rowsRemarkOf } from './report-remark.ts';
import { shortPath } from './short-path.ts';
import { formatFacts } from './table.ts';
import type { Terminal } from './terminal.ts';
import { withProgress } from './with-progress.ts';

/** What `train` and `runs resume` have in common. */

/** The recipe of the command line: the file where one is named, with the flags over it. */
export async function resolveFor(context: CommandContext): Promise<Recipe> {
  const { resolveRecipe, resolveRecipeFile } = await import('../app/recipe/index.ts');
  const { dim } = context.log.colours;
  const options = { flags: context.recipeFlags, onNotice: (notice: string) => context.log.line(dim(notice)) };
  const file = context.argument('RECIPE');
  if (file !== undefined) return resolveRecipeFile(file, options);
  if (Object.keys(context.recipeFlags).length > 0) return resolveRecipe({}, options);
  throw new AttuneError('E_USAGE', {
    what: 'There is no recipe',
    expected: 'attune train RECIPE, or flags such as --model FOLDER --train FILE',
    fix: 'attune init FILE writes a recipe for your data',
  });
}

/** Trains and shows it. @throws AttuneError E_STOPPED where the run was asked to stop before its end */
export async function runWithProgress(
  context: CommandContext,
  recipe: Recipe,
  options: TrainOptions,
): Promise<TrainOutcome> {
  const { train } = await import('../app/train.ts');
  await showRecipe(context, recipe, options.dryRun === true);
  context.stopSignal('saving, then stopping; press Ctrl-C again to end at once');
  const outcome = await withProgress(context, (onEvent) => train(recipe, { ...options, onEvent }));
  if (outcome.outcome !== 'stopped') return outcome;
  throw new AttuneError('E_STOPPED', {
    what: `The run was stopped after step ${outcome.step}`,
    fix: `go on with: attune runs resume ${shortPath(outcome.folder)}`,
  });
}

/** What will be done with every default filled: in short, and in full where nothing is trained yet. */
async function showRecipe({ log }: CommandContext, recipe: Recipe, inFull: boolean): Promise<void> {
  const { dim } = log.colours;
  if (inFull) {
    const { stringify } = await import('yaml');
    log.line(dim(stringify(recipe).trimEnd()));
    return;
  }
  const { tuning, objective, training } = recipe;
  const options = Object.entries(tuning).filter(([name]) => name === 'r' || name === 'alpha');
  const length = training.max_steps === null ? `${training.epochs} epochs` : `${training.max_steps} steps`;
  const parts = [
    recipe.model,
    [tuning.method, ...options.map(([name, value]) => `${name} ${String(value)}`)].join(' '),
    objective.name,
    length,
    `learning rate ${training.learning_rate}`,
    `batch ${training.batch_size}`,
    `seed ${training.seed}`,
  ];
  log.line(dim(`  ${parts.join(' · ')}; all settings: ${recipe.output_dir}/recipe.json`));
}

type Outcome = TrainOutcome | { outcome: 'detached'; folder: string; pid: number };

/** What can be done with the result: a classifier does not talk, and a whole model has nothing to merge. */
function nextCommands({ result, task }: TrainOutcome, folder: string): string[] {
  const isWhole = result !== null && basename(result) === 'model';
  return [
    `attune runs open ${folder}`,
    ...(task === 'causal-lm' ? [`attune chat ${folder}`] : []),
    `attune eval ${folder}`,
    ...(isWhole ? [] : [`attune export ${folder} --to merged`]),
  ];
}

/** Said where it is not the last step. */
function describeChoice({ choice, step }: TrainOutcome): string | undefined {
  if (choice === null || choice.step === step) return undefined;
  return `step ${choice.step} of ${step}, which had the lowest validation loss (the last: ${formatNumber(choice.lastLoss ?? Number.NaN)})`;
}

/** The last lines of a run for people. */
export function describeOutcome(outcome: Outcome, terminal: Terminal): string {
  const { colours } = terminal;
  const { cyan, green } = colours;
  const folder = shortPath(outcome.folder);
  if (outcome.outcome === 'detached') {
    return [
      `${green('✓')} training in the background, process ${outcome.pid}`,
      `  ${cyan(`attune runs attach ${folder}`)}`,
      `  ${cyan(`attune runs stop ${folder}`)}`,
    ].join('\n');
  }
  if (outcome.outcome === 'dry-run') return `${green('✓')} everything is in place; nothing was trained`;
  const metrics = Object.entries(outcome.metrics).map(([name, value]): [string, string] => [name, formatNumber(value)]);
  const facts = formatFacts(
    [
      ['result', describeChoice(outcome)],
      ...metrics,
      ['report', `${folder}/report.html${rowsRemarkOf(outcome.folder)}`],
    ],
    colours,
  );
  const next = nextCommands(outcome, folder);
  const compared = outcome.comparison && [describeComparison(outcome.comparison, terminal), ''];
  return [...(compared ?? []), facts, '', ...next.map((line) => `  ${cyan(line)}`)].join('\n');
}
